import { type AppError, appError } from '#contract/app-error'

/** The image does not make sense as a file system. `what` is a half sentence for the details. */
export function damagedDisk(what: string): AppError {
  const message =
    'The disk of the sandbox is damaged, so it was left as it is. Start the sandbox in its present class and copy out what you need.'
  return appError('engine', 'disk-damaged', message, { detail: what })
}

/** Made by something other than Joey, or by a guest that has changed its own disk. */
export function unsupportedDisk(what: string): AppError {
  const message =
    'The disk of the sandbox uses features of ext4 that Joey does not read, so it was left as it is. Keep the sandbox in its present class.'
  return appError('engine', 'disk-unsupported', message, { detail: what })
}

/** It holds more than a disk of its size can. */
export function tooMuchOnDisk(what: string): AppError {
  const message =
    'The disk of the sandbox claims to hold more than fits on it, so nothing of it was taken over. It was left as it is.'
  return appError('tooLarge', 'disk-overfull', message, { detail: what })
}

export function noSpace(neededBytes: number, freeBytes: number): AppError {
  const [needed, free] = [neededBytes, freeBytes].map((bytes) => Math.ceil(bytes / 2 ** 20))
  const message = `Converting the disk needs ${needed} MiB for a while, and ${free} MiB are free where Joey keeps its state. Free some space, then try again.`
  return appError('unavailable', 'no-space-to-convert', message, { params: { needed: needed ?? 0, free: free ?? 0 } })
}

/** One file stands in the way; `path` is shown as text even where it is not. */
export function notConvertible(path: string, why: string): AppError {
  const message = `The disk of the sandbox cannot be converted because of ${path}: ${why} Remove that file in the sandbox, then try again.`
  return appError('unavailable', 'file-not-convertible', message, { params: { path } })
}
