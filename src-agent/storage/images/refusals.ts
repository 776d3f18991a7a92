import { type AppError, appError } from '#contract/app-error'

export const notAnArchive = (): AppError => appError('not-an-archive')

export const notAnImage = (): AppError => appError('not-an-image')

export const incomplete = (path: string): AppError => appError('archive-incomplete', { path: show(path) })

export const digestMismatch = (path: string): AppError => appError('digest-mismatch', { path: show(path) })

export const tooLargeForDisk = (free: number): AppError => {
  const megabytes = Math.floor(free / 1_000_000)
  return appError('image-larger-than-disk', { megabytes })
}

export const tooManyFilesForDisk = (needed: number, free: number): AppError =>
  appError('image-more-files-than-disk', { needed, free })

export const diskFull = (detail: string): AppError => appError('disk-full', { where: 'image' }, { detail })

/** A name out of an archive, fit for a sentence: it may be long and may hold anything. */
export function show(name: string): string {
  const text = Buffer.from(name, 'latin1')
    .toString('utf8')
    .replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '?')
  return text.length > 120 ? `${text.slice(0, 117)}…` : text
}
