import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { AppError, appError } from '#contract/app-error'
import type { HostPath, HostPathError } from '../../base/host-path/open-host-path.ts'
import { openOnHost } from '../../base/host-path/open-on-host.ts'
import { readFileInRoot } from '../../base/kernel/open-in-root.ts'
import { notAnImage } from './refusals.ts'

/** What lies at a path that somebody has named, held open from here on. */
export interface OpenedPath {
  /** Null where it is a folder. */
  readonly file: FileHandle | null
  /** By this path the agent reaches what it holds, whatever bears its name. */
  readonly place: string
  close(): Promise<void>
}

/** Opens an archive, or a folder in the OCI layout. `untrusted`: folders in which a sandbox may write. */
export async function openPath(path: string, untrusted: readonly string[]): Promise<OpenedPath> {
  const held = await openOnHost(path, untrusted, (error) => unreadable(path, error))
  const place = `/proc/self/fd/${held.handle.fd}`
  try {
    const file = held.stats.isDirectory() ? await looksLikeLayout(place) : await openFile(path, held, place)
    const close = async () => {
      await file?.close()
      await held.close()
    }
    return { file, place, close }
  } catch (error) {
    await held.close()
    if (error instanceof AppError) throw error
    throw appError('path-unreadable', { path, code: codeOf(error) }, { cause: error })
  }
}

async function openFile(path: string, { stats }: HostPath, place: string): Promise<FileHandle> {
  if (!stats.isFile()) throw notAFile(path)
  const file = await open(place, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  if (await canBeRead(file)) return file
  await file.close()
  throw notAFile(path)
}

function notAFile(path: string): AppError {
  return appError('not-a-file', { path, what: 'import' })
}

/** The kernel calls some files regular that cannot be read from their beginning: /proc/PID/mem. */
async function canBeRead(file: FileHandle): Promise<boolean> {
  return await file.read(Buffer.alloc(1), 0, 1, 0).then(
    () => true,
    () => false,
  )
}

async function looksLikeLayout(path: string): Promise<null> {
  if ((await readFileInRoot(path, 'oci-layout', 4096)) === null) throw notAnImage()
  return null
}

function unreadable(path: string, error: HostPathError): AppError {
  if (error.why === 'missing') return appError('path-not-found', { path }, { cause: error })
  return appError('path-unreadable', { path, code: codeOf(error.cause) }, { cause: error })
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException | undefined)?.code ?? 'unknown'
}
