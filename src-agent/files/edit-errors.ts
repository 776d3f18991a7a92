import { constants } from 'node:os'
import { type AppError, appError, type ErrorCode } from '#contract/app-error'
import type { EditAnswer, EditFrame } from './edit-protocol.ts'
import { parentOf, toShownPath } from './tree-paths.ts'

const { errno } = constants

/** Why the program did not do what it was asked, for people. The number and the word may be a guest's invention. */
export function editFailure({ error, word }: EditAnswer, { op, path, other }: EditFrame): AppError {
  const shown = toShownPath(path)
  const byWord = byWords[word]
  const to = op === 'move' && other !== undefined ? toShownPath(other) : shown
  const [code, reason, message] = byWord?.(shown) ??
    byNumbers[error]?.(error === errno.EEXIST ? to : shown, toShownPath(parentOf(path))) ?? [
      'engine',
      'file-not-changed',
      `${shown} could not be changed (${nameOf(error)}).`,
    ]
  return appError(code, reason, message, { params: { path: shown } })
}

type Told = readonly [code: ErrorCode, reason: string, message: string]

const byWords: Partial<Record<EditAnswer['word'], (path: string) => Told>> = {
  link: (path) => [
    'invalidRequest',
    'path-is-link',
    `${path} is a link or leads through one, and links are not followed here. Use the path that it leads to.`,
  ],
  mount: (path) => [
    'refused',
    'path-on-mount',
    `${path} is, or has in it, something that is mounted in the sandbox. What is mounted is neither shown nor changed here.`,
  ],
  special: (path) => ['invalidRequest', 'not-a-file', `${path} is neither a regular file nor a folder.`],
  deep: (path) => ['tooLarge', 'folders-too-deep', `The folders in ${path} are nested too deep.`],
  dropped: (path) => ['cancelled', 'file-not-read', `${path} was not written, because its source could not be read.`],
}

const readOnly = 'The root of this sandbox is read-only. Create it without "read-only" to change its files.'

const byNumbers: Partial<Record<number, (path: string, folder: string) => Told>> = {
  [errno.EEXIST]: (path) => ['conflict', 'file-exists', `There is something at ${path} already.`],
  [errno.ENOENT]: (path) => ['notFound', 'file-not-found', `There is nothing at ${path}, or its folder is not there.`],
  [errno.ENOTDIR]: (path) => ['invalidRequest', 'not-a-folder', `Something on the way to ${path} is not a folder.`],
  [errno.EISDIR]: (path) => ['conflict', 'file-exists', `${path} is a folder, which a file does not replace.`],
  [errno.EROFS]: () => ['conflict', 'root-read-only', readOnly],
  [errno.ENOSPC]: () => [
    'unavailable',
    'disk-full',
    'There is no room left on the disk of the sandbox. Delete something first.',
  ],
  [errno.EDQUOT]: () => [
    'unavailable',
    'disk-full',
    'There is no room left on the disk of the sandbox. Delete something first.',
  ],
  [errno.EBUSY]: (path) => ['refused', 'path-on-mount', `${path} is in use as a mount, so it cannot be changed here.`],
  [errno.EACCES]: (path) => ['refused', 'file-not-permitted', `Not even root of the sandbox may change ${path}.`],
  [errno.EPERM]: (path) => ['refused', 'file-not-permitted', `Not even root of the sandbox may change ${path}.`],
  [errno.EINVAL]: (path) => [
    'invalidRequest',
    'file-not-changed',
    `${path} cannot be changed in that way. A folder does not go into itself.`,
  ],
  [errno.ENAMETOOLONG]: (_path, folder) => [
    'invalidRequest',
    'name-too-long',
    `A name in ${folder} would be too long.`,
  ],
  [errno.EFBIG]: (path) => ['tooLarge', 'file-too-large', `${path} would be larger than the file system allows.`],
}

function nameOf(error: number): string {
  return Object.entries(errno).find(([, number]) => number === error)?.[0] ?? `error ${error}`
}
