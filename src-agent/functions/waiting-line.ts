import { type AppError, appError } from '#contract/app-error'

/** Who waits for a place, first come first served. */
export interface WaitingLine<T> {
  readonly length: number
  /** Resolves when it is its turn; rejects where that is refused, or `signal` says that nobody waits any more. */
  wait(signal: AbortSignal): Promise<T>
  /** To the first one. */
  give(place: T): void
  refuseAll(error: AppError): void
}

interface Waiter<T> {
  give(place: T): void
  refuse(error: AppError): void
}

export function createWaitingLine<T>(): WaitingLine<T> {
  const waiters: Waiter<T>[] = []
  return {
    get length() {
      return waiters.length
    },
    wait: (signal) =>
      new Promise((resolve, reject) => {
        const onLeft = (): void => {
          waiters.splice(waiters.indexOf(waiter), 1)
          reject(appError('cancelled'))
        }
        const waiter: Waiter<T> = {
          give(place) {
            signal.removeEventListener('abort', onLeft)
            resolve(place)
          },
          refuse(error) {
            signal.removeEventListener('abort', onLeft)
            reject(error)
          },
        }
        signal.addEventListener('abort', onLeft, { once: true })
        waiters.push(waiter)
      }),
    give: (place) => waiters.shift()?.give(place),
    refuseAll(error) {
      for (const each of waiters.splice(0)) each.refuse(error)
    },
  }
}
