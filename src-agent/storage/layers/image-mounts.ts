import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Run } from '../../base/process/run.ts'

/** A file with part of an image in it, from `start` on. */
export interface PartFile {
  readonly digest: string
  readonly path: string
  readonly start: number
}

/**
 * Parts of images as trees: each EROFS file is mounted once in the agent's own mount namespace, so that all sandboxes of all
 * images that have it share its page cache. The namespace dies with the agent; sandboxes keep the copies they started with.
 */
export interface PartMounts {
  /** Path of the mounted, read-only tree. Many callers at once cause one mount. */
  ensure(part: PartFile): Promise<string>
  /** Forgets one that is no longer there. */
  drop(digest: string): Promise<void>
}

/** Images as trees. */
export interface ImageMounts {
  /** Paths of the mounted, read-only trees that make up the image, the topmost first. */
  ensure(digest: string): Promise<readonly string[]>
}

/** Long enough to be unique, and short, because the kernel reads the names of all layers of a sandbox from one page. */
const nameLength = 16

export function createPartMounts({ folder, run }: { folder: string; run: Run }): PartMounts {
  const mounted = new Map<string, Promise<string>>()
  const leaving = new Map<string, Promise<void>>()

  const mount = async ({ digest, path, start }: PartFile) => {
    await leaving.get(digest)
    const target = join(folder, digest.replace('sha256:', '').slice(0, nameLength))
    await mkdir(target, { recursive: true, mode: 0o755 })
    const options = start === 0 ? 'ro,nodev' : `ro,nodev,loop,offset=${start}`
    await run('mount', ['-t', 'erofs', '-o', options, path, target], { timeoutMs: 10_000 })
    return target
  }
  /** Without it a sandbox would start on an empty folder where somebody has unmounted what was there. */
  const mountAgain = async (known: Promise<string>, part: PartFile): Promise<string> => {
    const target = await known
    const [own, around] = await Promise.all([stat(target).catch(() => null), stat(folder)])
    return own === null || own.dev === around.dev ? mount(part) : target
  }
  const unmount = async (known: Promise<string>) => {
    const target = await known.catch(() => undefined)
    if (target !== undefined) await run('umount', ['--lazy', target], { timeoutMs: 10_000 })
  }

  return {
    ensure(part) {
      const known = mounted.get(part.digest)
      const fresh = known === undefined ? mount(part) : mountAgain(known, part)
      mounted.set(part.digest, fresh)
      fresh.catch(() => mounted.delete(part.digest))
      return fresh
    },
    async drop(digest) {
      const known = mounted.get(digest)
      mounted.delete(digest)
      if (known === undefined) return
      const gone = unmount(known)
      leaving.set(digest, gone)
      await gone.finally(() => leaving.delete(digest))
    },
  }
}

/** `partsOf` gives the parts of an image, the lowest first. */
export function createImageMounts(
  mounts: Pick<PartMounts, 'ensure'>,
  partsOf: (digest: string) => readonly PartFile[],
): ImageMounts {
  return {
    ensure: async (digest) => (await Promise.all(partsOf(digest).map((part) => mounts.ensure(part)))).reverse(),
  }
}
