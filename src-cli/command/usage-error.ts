import { AppError } from '#contract/app-error'

/** The command line itself is wrong; nothing was asked of the agent. Ends with exit code 64. */
export function usageError(message: string): AppError {
  return new AppError({ code: 'invalidRequest', reason: usageReason, message })
}

/** Tells a wrong command line from a request that the agent refused. */
export const usageReason = 'usage'
