import { mkdir, open, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** As many as a start makes of its own: overlayfs's work folders, places of mounts and the folders on the way to them. */
const spareFiles = 32
const block = Buffer.alloc(4096)

/**
 * Gives up what is held back on a disk, so that a sandbox starts on one that is full: the overlay is mounted only where its work
 * folder can be made. Nothing is there on a disk that was never started.
 */
export async function giveUpSpare(point: string): Promise<void> {
  await rm(folderIn(point), { recursive: true, force: true })
}

/** Holds back some files, each with a block, before a guest can take them. Where less is free, less is held back. */
export async function holdSpare(point: string): Promise<void> {
  try {
    await mkdir(folderIn(point), { recursive: true, mode: 0o700 })
    for (let number = 0; number < spareFiles; number += 1) await holdOne(join(folderIn(point), String(number)))
  } catch (error) {
    if (!isFull(error)) throw error
  }
}

async function holdOne(path: string): Promise<void> {
  const file = await open(path, 'w', 0o600)
  try {
    await file.writeFile(block)
  } finally {
    await file.close()
  }
}

/** Beside `upper` and `work`, which are all that a guest sees anything of. */
function folderIn(point: string): string {
  return join(point, 'spare')
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')
}
