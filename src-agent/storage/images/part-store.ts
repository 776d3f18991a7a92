import { existsSync, renameSync } from 'node:fs'
import { open, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { ImageDigest } from '#contract/image'
import type { Sentence } from '#contract/sentence'
import { sentence } from '#contract/sentence'
import type { PartMounts } from '../layers/image-mounts.ts'
import { publishFile } from './staging.ts'

/**
 * The files that images are made of. One is there whole or not at all, is never changed, and is removed when no image has it any
 * longer. Which images there are is on record elsewhere.
 */
export interface PartStore {
  path(digest: string): string
  has(digest: string): boolean
  /** Until `release`, none of these is removed, whether it is there by now or not. An import holds what it counts on. */
  hold(digests: readonly string[]): { release(): Promise<void> }
  /** Takes a finished file of the same file system. What it holds begins at `start` in the file that is kept. */
  add(digest: string, file: string, start: number): Promise<void>
  /** Removes those that no image has and nobody holds; gives their digests. */
  removeUnused(digests: readonly string[]): Promise<readonly string[]>
  /** Removes every file that belongs to no image. Gives a sentence for each. At the agent's start. */
  sweep(): Promise<Sentence[]>
}

interface Deps {
  readonly folder: string
  readonly mounts: Pick<PartMounts, 'drop'>
  /** Whether an image has it, records that cannot be read included. */
  readonly isUsed: (digest: string) => boolean
}

const [whole, leaving] = ['.erofs', '.part']

/** Where the file of a part lies in the folder of images. */
export function partPath(folder: string, digest: string): string {
  return join(folder, `${ImageDigest.parse(digest).slice('sha256:'.length)}${whole}`)
}

export function createPartStore({ folder, mounts, isUsed }: Deps): PartStore {
  const held = new Map<string, number>()
  const path = (digest: string) => partPath(folder, digest)
  const removeUnused: PartStore['removeUnused'] = async (digests) => {
    // Within one step: whoever looks afterwards finds it neither there nor half gone.
    const unused = [...new Set(digests)].filter(
      (digest) => !isUsed(digest) && !held.has(digest) && existsSync(path(digest)),
    )
    for (const digest of unused) renameSync(path(digest), path(digest) + leaving)
    for (const digest of unused) {
      await mounts.drop(digest)
      await rm(path(digest) + leaving, { force: true })
    }
    return unused
  }
  return {
    path,
    has: (digest) => existsSync(path(digest)),
    hold(digests) {
      for (const digest of digests) held.set(digest, (held.get(digest) ?? 0) + 1)
      return {
        async release() {
          for (const digest of digests) {
            const left = (held.get(digest) ?? 1) - 1
            if (left > 0) held.set(digest, left)
            else held.delete(digest)
          }
          await removeUnused(digests)
        },
      }
    },
    async add(digest, file, start) {
      await publishFile(start === 0 ? file : await moveBehindHole(file, start), path(digest))
    },
    removeUnused,
    async sweep() {
      const found: Sentence[] = []
      for (const file of await readdir(folder)) {
        if (!file.endsWith(whole) && !file.endsWith(leaving)) continue
        if (file.endsWith(whole) && isUsed(`sha256:${file.slice(0, -whole.length)}`)) continue
        await rm(join(folder, file), { force: true })
        found.push(sentence('found-image-stranger', { file }))
      }
      return found
    },
  }
}

/** mkfs.erofs 1.5 writes to the beginning of a file only. Gives the new file. */
async function moveBehindHole(file: string, start: number): Promise<string> {
  const moved = `${file}${leaving}`
  const [from, to] = [await open(file, 'r'), await open(moved, 'wx', 0o600)]
  try {
    const piece = Buffer.allocUnsafe(2 ** 20)
    for (let at = 0; ; ) {
      const { bytesRead } = await from.read(piece, 0, piece.length, at)
      if (bytesRead === 0) break
      await to.write(piece, 0, bytesRead, start + at)
      at += bytesRead
    }
  } finally {
    await from.close()
    await to.close()
  }
  await rm(file)
  return moved
}
