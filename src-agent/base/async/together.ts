/**
 * Does for many at once what costs nearly the same for one, as a program that has to be started for it: what comes while the
 * work is under way waits, and all that waited is done in one go. Where that fails each is done alone, so that it fails only
 * for whom it must; the work MUST therefore be such that it can be done twice.
 */
export function createTogether<T>(work: (all: readonly T[]) => Promise<void>): (one: T) => Promise<void> {
  let last: Promise<unknown> = Promise.resolve()
  let waiting: { readonly all: T[]; readonly done: Promise<void> } | null = null

  const begin = (): { readonly all: T[]; readonly done: Promise<void> } => {
    const all: T[] = []
    const done = last.then(() => {
      waiting = null
      return work(all)
    })
    last = done.catch(() => undefined)
    return { all, done }
  }
  return async (one) => {
    waiting ??= begin()
    const { all, done } = waiting
    all.push(one)
    try {
      await done
    } catch (error) {
      if (all.length === 1) throw error
      await work([one])
    }
  }
}
