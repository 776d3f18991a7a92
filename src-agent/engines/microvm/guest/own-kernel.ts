import { constants, type Stats } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { type AppError, appError } from '#contract/app-error'
import { MalformedElf } from './elf.ts'
import { requireKernel } from './guest-kernel.ts'

const largestBytes = 256 * 1024 * 1024
const writableByOthers = 0o022

/**
 * Reads the kernel that the settings name. It decides what all micro-VMs are, so only root may be able to change it: the
 * checks are of the file that is open, not of its name. Rejects with `unavailable` and the reason in words.
 *
 * @param owner whom the file must belong to; tests give another.
 */
export async function readOwnKernel(path: string, owner = 0): Promise<Buffer> {
  const file = await openFile(path)
  try {
    const fault = findFault(await file.stat(), owner)
    if (fault !== null) throw refused(path, fault)
    const kernel = await file.readFile()
    requireKernel(kernel)
    return kernel
  } catch (error) {
    if (error instanceof MalformedElf) throw refused(path, error.message)
    throw error
  } finally {
    await file.close()
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    // Not blocking: a named pipe without a writer would hold the agent for ever.
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    const isLink = code === 'ELOOP'
    const reason = isLink ? 'It is a symbolic link; name the file itself.' : `It cannot be opened (${String(code)}).`
    throw refused(path, reason)
  }
}

function findFault(is: Stats, owner: number): string | null {
  if (!is.isFile()) return 'It is no regular file.'
  if (is.uid !== owner) return 'It does not belong to root, so others could change it.'
  if ((is.mode & writableByOthers) !== 0) return 'Its mode lets others than its owner change it.'
  return is.size > largestBytes ? 'It is larger than 256 MiB.' : null
}

function refused(path: string, reason: string): AppError {
  return appError('guest-kernel-refused', { path, reason }, { detail: path })
}
