import { type AppError, appError } from '#contract/app-error'

export const bundleTruncated = (): AppError => appError('bundle-truncated')

/** `what` is a half sentence for the details. */
export const bundleDamaged = (what: string): AppError => appError('bundle-damaged', {}, { detail: what })

export const notABundle = (): AppError => appError('not-a-bundle')

export const bundleTooNew = (): AppError => appError('bundle-too-new')

export const passphraseNeeded = (): AppError => appError('passphrase-needed')

export const passphraseWrong = (): AppError => appError('passphrase-wrong')
