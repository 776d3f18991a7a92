import { constants } from 'node:os'
import { type AppError, appError } from '#contract/app-error'
import { parentOf } from '../base/relative-path.ts'
import type { EditAnswer, EditFrame } from './edit-protocol.ts'
import { toShownPath } from './tree-paths.ts'

const { errno } = constants

/** Why the program did not do what it was asked, for people. The number and the word may be a guest's invention. */
export function editFailure({ error, word }: EditAnswer, { op, path, other }: EditFrame): AppError {
  const shown = toShownPath(path)
  const to = op === 'move' && other !== undefined ? toShownPath(other) : shown
  return (
    byWords[word]?.(shown) ??
    byNumbers[error]?.(error === errno.EEXIST ? to : shown, toShownPath(parentOf(path))) ??
    appError('file-not-changed', { path: shown, what: 'failed', error: nameOf(error) })
  )
}

const byWords: Partial<Record<EditAnswer['word'], (path: string) => AppError>> = {
  link: (path) => appError('path-is-link', { path, what: 'leadsThrough' }),
  mount: (path) => appError('path-on-mount', { path, what: 'has' }),
  special: (path) => appError('not-a-file', { path, what: 'change' }),
  deep: (path) => appError('folders-too-deep', { path }),
  dropped: (path) => appError('file-not-read', { path }),
}

const noRoom = () => appError('disk-full', { where: 'sandbox' })
const notPermitted = (path: string) => appError('file-not-permitted', { path })

const byNumbers: Partial<Record<number, (path: string, folder: string) => AppError>> = {
  [errno.EEXIST]: (path) => appError('file-exists', { path, how: 'taken' }),
  [errno.ENOENT]: (path) => appError('file-not-found', { path, what: 'orFolder' }),
  [errno.ENOTDIR]: (path) => appError('not-a-folder', { path, what: 'onTheWay' }),
  [errno.EISDIR]: (path) => appError('file-exists', { path, how: 'folder' }),
  [errno.EROFS]: () => appError('root-read-only'),
  [errno.ENOSPC]: noRoom,
  [errno.EDQUOT]: noRoom,
  [errno.EBUSY]: (path) => appError('path-on-mount', { path, what: 'busy' }),
  [errno.EACCES]: notPermitted,
  [errno.EPERM]: notPermitted,
  [errno.EINVAL]: (path) => appError('file-not-changed', { path, what: 'way' }),
  [errno.ENAMETOOLONG]: (_path, folder) => appError('name-too-long', { path: folder, where: 'sandbox' }),
  [errno.EFBIG]: (path) => appError('file-too-large', { path, where: 'sandbox' }),
}

function nameOf(error: number): string {
  return Object.entries(errno).find(([, number]) => number === error)?.[0] ?? `error ${error}`
}
