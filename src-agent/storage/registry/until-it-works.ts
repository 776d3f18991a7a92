import { setTimeout as sleep } from 'node:timers/promises'
import { stoppedBy } from '../../base/process/tool-errors.ts'
import type { FetchFailure } from './fetch-failures.ts'

export interface Retry {
  readonly signal: AbortSignal
  /** Of what an attempt has thrown. */
  explain(error: unknown): FetchFailure
  /** Between attempts; waits unless given. */
  readonly pause?: (milliseconds: number, signal: AbortSignal) => Promise<void>
  /** Whether the last attempt has brought something, so that they are counted anew. */
  readonly hasGained?: () => Promise<boolean>
  onRetry?(): void
  /** So many attempts in a row that bring nothing. */
  readonly attempts: number
}

const firstPauseMs = 500

/** Tries until it works, or until trying does not help; the pauses between grow. Throws what the last attempt is explained by. */
export async function untilItWorks<T>(retry: Retry, work: () => Promise<T>): Promise<T> {
  const { signal } = retry
  for (let failures = 0; ; ) {
    try {
      return await work()
    } catch (error) {
      if (signal.aborted) throw stoppedBy(signal)
      const failure = retry.explain(error)
      failures = (await retry.hasGained?.()) ? 1 : failures + 1
      if (!failure.mayPass || failures >= retry.attempts) throw failure.error
      retry.onRetry?.()
      await (retry.pause ?? wait)(firstPauseMs * 2 ** (failures - 1), signal)
    }
  }
}

async function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => {
    throw stoppedBy(signal)
  })
}
