import { stoppedBy } from '../process/tool-errors.ts'

/** Runs work one piece after the other, in the order of the calls. Whoever waits with a signal can give up. */
export type InTurn = <T>(signal: AbortSignal | null, work: () => Promise<T>) => Promise<T>

/** Runs work on the same key one after the other, in the order of the calls; different keys do not wait for each other. */
export interface KeyedLock {
  run<T>(key: string, work: () => Promise<T>): Promise<T>
}

export function createInTurn(): InTurn {
  let last: Promise<void> = Promise.resolve()
  return async (signal, work) => {
    const before = last
    const turn = Promise.withResolvers<void>()
    last = before.then(() => turn.promise)
    try {
      await (signal === null ? before : orAborted(before, signal))
      return await work()
    } finally {
      turn.resolve()
    }
  }
}

export function createKeyedLock(): KeyedLock {
  const queues = new Map<string, { readonly inTurn: InTurn; wanted: number }>()
  return {
    async run(key, work) {
      const queue = queues.get(key) ?? { inTurn: createInTurn(), wanted: 0 }
      queues.set(key, queue)
      queue.wanted += 1
      try {
        return await queue.inTurn(null, work)
      } finally {
        queue.wanted -= 1
        if (queue.wanted === 0) queues.delete(key)
      }
    },
  }
}

/** Holds several locks at once. Always in one order, so that two who want the same ones never wait for each other. */
export function withLocks<T>(lock: KeyedLock, keys: Iterable<string>, work: () => Promise<T>): Promise<T> {
  const [first, ...rest] = [...new Set(keys)].sort()
  if (first === undefined) return work()
  return lock.run(first, () => withLocks(lock, rest, work))
}

async function orAborted(wait: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => reject(stoppedBy(signal))
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    if (signal.aborted) throw stoppedBy(signal)
    await Promise.race([wait, promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
