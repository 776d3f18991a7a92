interface Kept<T> {
  readonly value: T
  readonly at: number
}

/** Results that are read in pages. */
export interface KeptResults<T> {
  /** Without `mayUseKept` it is made anew. */
  get(key: string, options: { readonly mayUseKept: boolean }, make: () => Promise<T>): Promise<T>
}

const keptMs = 60_000
const mostKept = 4

/** Keeps the latest few for a minute: the next page of a list is a page of the same list. */
export function createKeptResults<T>(now: () => number = Date.now): KeptResults<T> {
  const kept = new Map<string, Kept<T>>()
  return {
    async get(key, { mayUseKept }, make) {
      for (const [old, { at }] of kept) if (now() - at > keptMs) kept.delete(old)
      const known = kept.get(key)
      if (known && mayUseKept) return known.value
      const value = await make()
      kept.delete(key)
      kept.set(key, { value, at: now() })
      for (const old of kept.keys()) if (kept.size > mostKept) kept.delete(old)
      return value
    },
  }
}
