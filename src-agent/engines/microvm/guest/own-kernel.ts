import { constants, type Stats } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { type AppError, appError } from '#contract/app-error'
import { type Sentence, sentence } from '#contract/sentence'
import { faultOfKernel } from './guest-kernel.ts'

const largestMebibytes = 256
const writableByOthers = 0o022

/**
 * Reads the kernel that the settings name. It decides what all micro-VMs are, so only root may be able to change it: the
 * checks are of the file that is open, not of its name. Rejects with `unavailable`, and says why.
 *
 * @param owner whom the file must belong to; tests give another.
 */
export async function readOwnKernel(path: string, owner = 0): Promise<Buffer> {
  const file = await openFile(path)
  try {
    const fault = findFault(await file.stat(), owner)
    if (fault !== null) throw refused(path, fault)
    const kernel = await file.readFile()
    const flaw = faultOfKernel(kernel)
    if (flaw !== null) throw refused(path, flaw)
    return kernel
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
    throw refused(
      path,
      code === 'ELOOP' ? sentence('kernel-is-link') : sentence('kernel-not-opened', { code: String(code) }),
    )
  }
}

function findFault(is: Stats, owner: number): Sentence | null {
  if (!is.isFile()) return sentence('kernel-no-file')
  if (is.uid !== owner) return sentence('kernel-not-of-root')
  if ((is.mode & writableByOthers) !== 0) return sentence('kernel-for-others')
  return is.size > largestMebibytes * 2 ** 20 ? sentence('kernel-too-large', { mebibytes: largestMebibytes }) : null
}

function refused(path: string, why: Sentence): AppError {
  return appError('guest-kernel-refused', { path, why }, { detail: path })
}
