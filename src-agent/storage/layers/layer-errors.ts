import { type AppError, appError } from '#contract/app-error'
import { toPathText } from '#contract/guest-path-text'

/** Something that lies in a layer, as its tree was when the layer was made, does not any more. `what` is for the details. */
export function damagedLayer(id: string, what: string): AppError {
  const message = `The layer ${id} is damaged on the disk of this machine, so nothing starts from it. Use another snapshot, and check this disk.`
  return appError('engine', 'damaged-layer', message, { params: { layer: id }, detail: what })
}

export function noSuchLayer(id: string): AppError {
  return appError('notFound', 'no-such-layer', `There is no layer ${id}.`, { params: { layer: id } })
}

export function layerExists(id: string): AppError {
  return appError('conflict', 'layer-exists', `There is a layer ${id} already.`, { params: { layer: id } })
}

/** What was to become the layer is not there. */
export function sourceGone(id: string, path: string): AppError {
  const message = 'What was to be kept is not there any more, so no snapshot was made of it.'
  return appError('engine', 'layer-source-gone', message, { params: { layer: id }, detail: path })
}

export function noSpaceForLayer(neededBytes: number, freeBytes: number): AppError {
  const [needed, free] = [neededBytes, freeBytes].map((bytes) => Math.ceil(bytes / 2 ** 20))
  const message = `This needs ${needed} MiB, and ${free} MiB are free where Joey keeps its state. Free some space, then try again.`
  return appError('unavailable', 'no-space-for-layer', message, { params: { needed: needed ?? 0, free: free ?? 0 } })
}

/** One file stands in the way; `path` is latin1. */
export function notCopied(path: string, why: string): AppError {
  const shown = toPathText(Buffer.from(path, 'latin1'))
  const text = shown.length > 200 ? `${shown.slice(0, 200)}…` : shown
  const message = `The file ${text} cannot be kept: ${why} Remove or rename it in the sandbox, then try again.`
  return appError('unavailable', 'file-not-kept', message, { params: { path: text } })
}
