import { type AppError, appError } from '#contract/app-error'

/** Keeps what cannot be started from being started again and again: after each failure in a row it rests twice as long. */
export interface StartPauses {
  failed(why: AppError): void
  /** Why it is not tried now; null: it may be tried. */
  current(): AppError | null
}

const firstMs = 1000
const longestMs = 60_000
/** After so long without a failure the row is over. */
const forgottenMs = 5 * longestMs

export function createStartPauses(now: () => number): StartPauses {
  let failures = 0
  let last: { readonly why: AppError; readonly at: number } | null = null
  return {
    failed(why) {
      if (last !== null && now() - last.at > forgottenMs) failures = 0
      failures += 1
      last = { why, at: now() }
    },
    current() {
      if (last === null) return null
      const leftMs = last.at + Math.min(longestMs, firstMs * 2 ** (failures - 1)) - now()
      if (leftMs <= 0) return null
      const { message } = last.why.wire
      return appError(
        'function-not-started',
        { problem: message, seconds: Math.ceil(leftMs / 1000) },
        { cause: last.why },
      )
    },
  }
}
