/** Wakes who waits for something that may have happened, by key. What was hinted at is for them to see. */
export interface Hints {
  /** Resolves at the next hint, or after so long. */
  next(key: string, waitMs: number): Promise<void>
  give(key: string): void
}

export function createHints(): Hints {
  const waiting = new Map<string, Set<() => void>>()
  return {
    next: (key, waitMs) =>
      new Promise((resolve) => {
        const done = () => {
          clearTimeout(timer)
          waiting.get(key)?.delete(done)
          if (waiting.get(key)?.size === 0) waiting.delete(key)
          resolve()
        }
        const timer = setTimeout(done, waitMs)
        waiting.set(key, (waiting.get(key) ?? new Set()).add(done))
      }),
    give(key) {
      for (const done of waiting.get(key) ?? []) done()
    },
  }
}
