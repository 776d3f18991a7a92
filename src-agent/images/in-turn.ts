import { stoppedBy } from '../base/process/tool-errors.ts'

/** Runs work one piece after the other. Whoever waits can give up. */
export type InTurn = <T>(signal: AbortSignal, work: () => Promise<T>) => Promise<T>

export function createInTurn(): InTurn {
  let last: Promise<void> = Promise.resolve()
  return async (signal, work) => {
    const before = last
    const turn = Promise.withResolvers<void>()
    last = before.then(() => turn.promise)
    try {
      await orAborted(before, signal)
      return await work()
    } finally {
      turn.resolve()
    }
  }
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
