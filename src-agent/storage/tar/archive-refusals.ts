import { type AppError, appError } from '#contract/app-error'

export const truncated = (): AppError => appError('archive-truncated')

export const damaged = (detail: string): AppError => appError('archive-damaged', {}, { detail })
