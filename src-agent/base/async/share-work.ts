import { stoppedBy } from '../process/tool-errors.ts'

/** Runs one piece of work per key for all who want it at the same time. It is stopped once the last of them has given up. */
export type ShareWork<T> = (key: string, signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>) => Promise<T>

interface Shared<T> {
  readonly result: Promise<T>
  readonly stop: AbortController
  wanted: number
}

export function createShareWork<T>(): ShareWork<T> {
  const running = new Map<string, Shared<T>>()
  const begin = (key: string, work: (signal: AbortSignal) => Promise<T>): Shared<T> => {
    const stop = new AbortController()
    const result = work(stop.signal).finally(() => {
      if (running.get(key) === shared) running.delete(key)
    })
    // Whoever waits hears of it; when all have given up, nobody does.
    result.catch(() => {})
    const shared: Shared<T> = { result, stop, wanted: 0 }
    running.set(key, shared)
    return shared
  }
  return async (key, signal, work) => {
    if (signal.aborted) throw stoppedBy(signal)
    let shared = running.get(key)
    // What is being stopped is of no use to somebody who comes now, and must be over before it is done anew.
    for (; shared?.stop.signal.aborted; shared = running.get(key)) await shared.result.catch(() => {})
    shared ??= begin(key, work)
    return waitFor(shared, signal)
  }
}

async function waitFor<T>(shared: Shared<T>, signal: AbortSignal): Promise<T> {
  const given = Promise.withResolvers<never>()
  const onAbort = (): void => {
    shared.wanted -= 1
    // The last one waits until nothing is left of it.
    if (shared.wanted === 0) shared.stop.abort(signal.reason)
    else given.reject(stoppedBy(signal))
  }
  shared.wanted += 1
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([shared.result, given.promise])
  } catch (error) {
    throw signal.aborted ? stoppedBy(signal) : error
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
