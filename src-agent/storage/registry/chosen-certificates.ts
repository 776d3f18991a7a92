import { constants } from 'node:fs'
import { open, writeFile } from 'node:fs/promises'
import { type AppError, appError } from '#contract/app-error'
import { openOnHost } from '../../base/host-path/open-on-host.ts'

/** All authorities that a distribution knows are a quarter of a mebibyte. */
const mostBytes = 4 * 1024 * 1024

/**
 * Copies the file of certificates that somebody has chosen. As any path of this machine it may lead through a folder in which a
 * sandbox may write (`untrusted`): no link there is followed, and a pipe in its place keeps nobody waiting.
 */
export async function copyChosenCertificates(path: string, untrusted: readonly string[], to: string): Promise<void> {
  const held = await openOnHost(path, untrusted, ({ cause }) => unreadable(path, codeOf(cause)))
  try {
    if (!held.stats.isFile()) throw unreadable(path, 'EINVAL')
    if (held.stats.size > mostBytes) throw unreadable(path, 'EFBIG')
    await writeFile(to, await readHead(path, `/proc/self/fd/${held.handle.fd}`), { mode: 0o444 })
  } finally {
    await held.close()
  }
}

async function readHead(path: string, place: string): Promise<Buffer> {
  const file = await open(place, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    throw unreadable(path, codeOf(error))
  })
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(mostBytes), 0, mostBytes, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

function unreadable(path: string, code: string): AppError {
  return appError('path-unreadable', { path, code })
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException | undefined)?.code ?? 'ENOENT'
}
