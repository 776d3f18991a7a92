/** Does `work` for `key` unless it is being done already. MUST be given a signal of its own by each who waits. */
export type ShareWork<T> = (key: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>) => Promise<T>

interface UnderWay<T> {
  readonly done: Promise<T>
  readonly controller: AbortController
  waiting: number
}

/** One piece of work for all who want the same at the same time. It is given up when the last of them has gone. */
export function createSharedWork<T>(): ShareWork<T> {
  const all = new Map<string, UnderWay<T>>()
  const begin = (key: string, work: (signal: AbortSignal) => Promise<T>): UnderWay<T> => {
    const controller = new AbortController()
    const done = work(controller.signal).finally(() => {
      if (all.get(key)?.controller === controller) all.delete(key)
    })
    const begun = { done, controller, waiting: 0 }
    all.set(key, begun)
    return begun
  }
  return async (key, signal, work) => {
    signal.throwIfAborted()
    const shared = all.get(key) ?? begin(key, work)
    shared.waiting += 1
    let leave: () => void = () => undefined
    const left = new Promise<never>((_resolve, reject) => {
      leave = () => {
        shared.waiting -= 1
        if (shared.waiting === 0) {
          // Whoever comes from now on begins anew.
          if (all.get(key) === shared) all.delete(key)
          shared.controller.abort(signal.reason)
        }
        reject(signal.reason instanceof Error ? signal.reason : new Error('Given up.'))
      }
    })
    signal.addEventListener('abort', leave, { once: true })
    try {
      return await Promise.race([shared.done, left])
    } finally {
      signal.removeEventListener('abort', leave)
    }
  }
}
