import { type AppError, appError } from '#contract/app-error'
import { toPathText } from '#contract/guest-path-text'
import type { Sentence } from '#contract/sentence'

/** Something that lies in a layer, as its tree was when the layer was made, does not any more. */
export function damagedLayer(id: string, why: Sentence): AppError {
  return appError('damaged-layer', { layer: id, what: 'layer', why })
}

export function noSuchLayer(id: string): AppError {
  return appError('no-such-layer', { layer: id })
}

export function layerExists(id: string): AppError {
  return appError('layer-exists', { layer: id })
}

/** What was to become the layer is not there. */
export function sourceGone(id: string, path: string): AppError {
  return appError('layer-source-gone', { layer: id }, { detail: path })
}

export function noSpaceForLayer(neededBytes: number, freeBytes: number): AppError {
  const [needed, free] = [neededBytes, freeBytes].map((bytes) => Math.ceil(bytes / 2 ** 20))
  return appError('no-space-for-layer', { needed: needed ?? 0, free: free ?? 0 })
}

/** One file stands in the way; `path` is latin1. */
export function notCopied(path: string, why: Sentence): AppError {
  const shown = toPathText(Buffer.from(path, 'latin1'))
  const text = shown.length > 200 ? `${shown.slice(0, 200)}…` : shown
  return appError('file-not-kept', { path: text, why })
}
