import { type AppError, appError } from '#contract/app-error'

export const bundleTruncated = (): AppError =>
  appError('invalidRequest', 'bundle-truncated', 'The bundle ends too early. It was probably not copied to its end.')

/** `what` is a half sentence for the details. */
export const bundleDamaged = (what: string): AppError =>
  appError(
    'invalidRequest',
    'bundle-damaged',
    'The bundle is damaged: it is not what was written. Copy it once more.',
    {
      detail: what,
    },
  )

export const notABundle = (): AppError => appError('invalidRequest', 'not-a-bundle', 'This is not a bundle of Joey.')

export const bundleTooNew = (): AppError =>
  appError('invalidRequest', 'bundle-too-new', 'The bundle was written by a newer version of Joey. Update Joey first.')

export const passphraseNeeded = (): AppError =>
  appError('refused', 'passphrase-needed', 'The bundle is encrypted. Give its passphrase.')

export const passphraseWrong = (): AppError =>
  appError('refused', 'passphrase-wrong', 'That is not the passphrase of the bundle, or its beginning is damaged.')

/** Made to do harm, or by something other than Joey. */
export const hostileBundle = (reason: string, what: string): AppError =>
  appError('refused', reason, `The bundle is refused: ${what}`)
