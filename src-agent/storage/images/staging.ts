import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** Makes a staging folder for one import, hands it over, and removes it whatever happens. */
export async function withStaging<T>(folder: string, work: (staging: string) => Promise<T>): Promise<T> {
  const staging = join(folder, 'staging', randomBytes(8).toString('hex'))
  await mkdir(join(staging, 'tmp'), { recursive: true, mode: 0o700 })
  try {
    return await work(staging)
  } finally {
    await removeTree(staging)
  }
}

/** A tree may still be written to by a process that is just dying. */
export async function removeTree(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 8, retryDelay: 50 })
}

/** What a crash has left of earlier imports; gives the names of what was removed. */
export async function clearStaging(folder: string): Promise<string[]> {
  const left = await readdir(join(folder, 'staging')).catch(() => [])
  for (const name of left) await removeTree(join(folder, 'staging', name))
  return left
}

/** Moves a finished file to its place, so that it is whole there or not there at all, power cut included. */
export async function publishFile(from: string, to: string): Promise<void> {
  await sync(from)
  await rename(from, to)
  await sync(dirname(to))
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
