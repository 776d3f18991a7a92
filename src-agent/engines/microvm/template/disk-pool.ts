import { randomUUID } from 'node:crypto'
import { mkdir, rename, rm, stat, statfs } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Logger } from 'pino'
import { AppError } from '#contract/app-error'
import { type DiskConverter, mostOfFree, type RootFolder } from '../../../storage/ext4/ext4-disk.ts'

/** Empty writable disks that wait for a sandbox: making one is most of the agent's part of a start. */
export interface DiskPool {
  /** Gives one away by renaming it, so that no two sandboxes ever have the same. False where none fits. */
  take(disk: string, root: RootFolder): Promise<boolean>
  /** Makes the next ones in the background. */
  refill(): void
  /** Resolves when nothing is in the making. */
  close(): Promise<void>
}

interface Deps {
  /** On the file system of the sandboxes, and nobody else's: what an agent before this one has left in it is removed. */
  readonly folder: string
  readonly disks: Pick<DiskConverter, 'makeDisk'>
  readonly log: Pick<Logger, 'warn'>
  readonly size?: number
}

/** That of nearly all images. */
const usualRoot: RootFolder = { uid: 0, gid: 0, mode: 0o755 }

export function createDiskPool({ folder, disks, log, size = 2 }: Deps): DiskPool {
  const ready: string[] = []
  const stop = new AbortController()
  const emptied = rm(folder, { recursive: true, force: true })
    .then(() => mkdir(folder, { recursive: true, mode: 0o700 }))
    .catch((error: unknown) => log.warn({ err: error }, 'the folder of disks in waiting could not be emptied'))
  let filling: Promise<void> | null = null

  const fill = async (): Promise<void> => {
    await emptied
    while (ready.length < size && !stop.signal.aborted) {
      const disk = join(folder, `${randomUUID()}.ext4`)
      await disks.makeDisk({ disk, from: { root: usualRoot }, signal: stop.signal })
      ready.push(disk)
    }
  }
  return {
    async take(disk, root) {
      if (!isUsual(root)) return false
      for (let one = ready.shift(); one !== undefined; one = ready.shift()) {
        if (await moveTo(one, disk)) return true
      }
      return false
    },
    refill() {
      filling ??= fill()
        .catch((error: unknown) => {
          if (!stop.signal.aborted) log.warn({ err: AppError.from(error).wire }, 'no disk for micro-VMs is in waiting')
        })
        .finally(() => {
          filling = null
        })
    },
    async close() {
      stop.abort()
      await emptied
      await filling
    },
  }
}

/** Somebody may have removed it, or what was a fair share of the medium then may be too much of it now. */
async function moveTo(one: string, disk: string): Promise<boolean> {
  try {
    const [{ size }, { bavail, bsize }] = await Promise.all([stat(one), statfs(dirname(disk))])
    if (size <= bavail * bsize * mostOfFree) {
      await rename(one, disk)
      return true
    }
  } catch {
    // One is made for the sandbox then, which shows what is wrong with the medium.
  }
  await rm(one, { force: true }).catch(() => undefined)
  return false
}

function isUsual({ uid, gid, mode }: RootFolder): boolean {
  return uid === usualRoot.uid && gid === usualRoot.gid && mode === usualRoot.mode
}
