import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Run } from '../../base/process/run.ts'

/**
 * Images as trees: each EROFS file is mounted once in the agent's own mount namespace, so that all sandboxes of an
 * image share its page cache. The namespace dies with the agent; sandboxes keep the copies they started with.
 */
export interface ImageMounts {
  /** Path of the mounted, read-only tree. Many callers at once cause one mount. */
  ensure(digest: string): Promise<string>
  /** Forgets an image that was removed. */
  drop(digest: string): Promise<void>
}

export function createImageMounts(deps: {
  folder: string
  run: Run
  filePath: (digest: string) => string
}): ImageMounts {
  const mounted = new Map<string, Promise<string>>()

  const mount = async (digest: string) => {
    const target = join(deps.folder, digest.replace('sha256:', '').slice(0, 16))
    await mkdir(target, { recursive: true, mode: 0o755 })
    await deps.run('mount', ['-t', 'erofs', '-o', 'ro,nodev', deps.filePath(digest), target], { timeoutMs: 10_000 })
    return target
  }

  return {
    ensure(digest) {
      const known = mounted.get(digest)
      if (known) return known
      const fresh = mount(digest)
      mounted.set(digest, fresh)
      fresh.catch(() => mounted.delete(digest))
      return fresh
    },
    async drop(digest) {
      const known = mounted.get(digest)
      mounted.delete(digest)
      const target = await known?.catch(() => undefined)
      if (target !== undefined) await deps.run('umount', ['--lazy', target], { timeoutMs: 10_000 })
    },
  }
}
