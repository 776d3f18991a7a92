import { constants } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { AppError, appError } from '#contract/app-error'
import { readFileInRoot } from '../base/kernel/open-in-root.ts'
import { notAnImage, unusable } from './refusals.ts'

/** The file at a path, held open from here on, or null for a folder. */
export async function openPath(path: string): Promise<FileHandle | null> {
  try {
    const found = await stat(path)
    if (found.isDirectory()) return await looksLikeLayout(path)
    if (!found.isFile()) throw notAFile(path)
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
    if ((await file.stat()).isFile()) return file
    await file.close()
    throw notAFile(path)
  } catch (error) {
    if (error instanceof AppError) throw error
    throw unreadable(path, error as NodeJS.ErrnoException)
  }
}

async function looksLikeLayout(path: string): Promise<null> {
  if ((await readFileInRoot(path, 'oci-layout', 4096)) === null) throw notAnImage()
  return null
}

function notAFile(path: string): AppError {
  return unusable('not-a-file', `${path} is neither a file nor a folder.`, { path })
}

function unreadable(path: string, cause: NodeJS.ErrnoException): AppError {
  if (cause.code === 'ENOENT' || cause.code === 'ENOTDIR') {
    return appError('notFound', 'path-not-found', `There is nothing at ${path}.`, { params: { path }, cause })
  }
  return appError('refused', 'path-unreadable', `${path} cannot be read: ${cause.code ?? 'unknown'}.`, {
    params: { path },
    cause,
  })
}
