import { type AppError, appError } from '#contract/app-error'
import type { Sentence } from '#contract/sentence'

/** The image does not make sense as a file system. `what` is a half sentence for the details. */
export function damagedDisk(what: string): AppError {
  return appError('disk-damaged', {}, { detail: what })
}

/** Made by something other than Joey, or by a guest that has changed its own disk. */
export function unsupportedDisk(what: string): AppError {
  return appError('disk-unsupported', {}, { detail: what })
}

/** It holds more than a disk of its size can. */
export function tooMuchOnDisk(what: string): AppError {
  return appError('disk-overfull', { doing: 'convert' }, { detail: what })
}

export function noSpace(neededBytes: number, freeBytes: number): AppError {
  const [needed, free] = [neededBytes, freeBytes].map((bytes) => Math.ceil(bytes / 2 ** 20))
  return appError('no-space-to-convert', { needed: needed ?? 0, free: free ?? 0 })
}

/** One file stands in the way; `path` is shown as text even where it is not. */
export function notConvertible(path: string, why: Sentence): AppError {
  return appError('file-not-convertible', { path, why })
}
