import { type AppError, appError } from '#contract/app-error'

/** The file is broken, or is no image for this machine: another file mends it. */
export function unusable(reason: string, message: string, params: Record<string, string | number> = {}): AppError {
  return appError('invalidRequest', reason, message, { params })
}

/** The content of the archive reaches for what is not its own. */
export function hostile(reason: string, message: string, params: Record<string, string | number> = {}): AppError {
  return appError('refused', reason, message, { params })
}

export const truncated = (): AppError =>
  unusable('archive-truncated', 'The archive ends too early. It was probably not copied to its end.')

export const damaged = (detail: string): AppError =>
  appError('invalidRequest', 'archive-damaged', 'The archive is damaged and cannot be read.', { detail })

export const notAnArchive = (): AppError =>
  unusable('not-an-archive', 'This is not an image archive: neither a tar file nor a compressed one.')

export const notAnImage = (): AppError =>
  unusable('not-an-image', 'There is no image in it: neither a docker manifest.json nor an OCI index.json.')

export const incomplete = (path: string): AppError =>
  unusable('archive-incomplete', `The archive lacks ${show(path)}, which its image needs.`, { path: show(path) })

export const digestMismatch = (path: string): AppError =>
  unusable('digest-mismatch', `The content of ${show(path)} is not what its digest says.`, { path: show(path) })

export const tooLargeForDisk = (free: number): AppError => {
  const megabytes = Math.floor(free / 1_000_000)
  const message = `Unpacked, the image needs more disk space than there is: ${megabytes} MB are free.`
  return appError('tooLarge', 'image-larger-than-disk', message, { params: { megabytes } })
}

export const diskFull = (detail: string): AppError =>
  appError('tooLarge', 'disk-full', 'The disk became full while the image was imported. Make room and try again.', {
    remedy: { kind: 'retry' },
    detail,
  })

/** A name out of an archive, fit for a sentence: it may be long and may hold anything. */
export function show(name: string): string {
  const text = Buffer.from(name, 'latin1')
    .toString('utf8')
    .replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '?')
  return text.length > 120 ? `${text.slice(0, 117)}…` : text
}
