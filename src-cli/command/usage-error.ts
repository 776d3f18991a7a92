import type * as z from 'zod'
import { type AppError, appError } from '#contract/app-error'
import type { Said } from '#contract/reasons/define'
import { type SentenceValues, sentence } from '#contract/sentence'
import type { UsageReason } from '#contract/sentences/usage'

/** The command line itself is wrong; nothing was asked of the agent. Ends with exit code 64. */
export function usageError<R extends UsageReason>(reason: R, ...values: SentenceValues<R>): AppError {
  return usageErrorOf(sentence(reason, ...values))
}

/** The same for what another part of the contract found wrong with the words. */
export function usageErrorOf(problem: Said): AppError {
  return appError('usage', { problem })
}

/** The first thing that a schema of the contract finds wrong, in its own words. */
export function problemOf({ issues: [issue] }: z.ZodError): string {
  return issue?.message ?? ''
}

/** Tells a wrong command line from a request that the agent refused. */
export const usageReason = 'usage'
