import { type AppError, appError } from '#contract/app-error'

/** `what` is a half sentence for the details. */
export function badTar(what: string): AppError {
  return appError('invalidRequest', 'archive-damaged', 'The data are damaged and cannot be read.', { detail: what })
}
