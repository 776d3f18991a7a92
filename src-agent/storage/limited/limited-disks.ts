import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rename, rm, rmdir, stat, statfs, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Logger } from 'pino'
import { AppError } from '#contract/app-error'
import { parseMountinfo } from '../../base/kernel/mountinfo.ts'
import { removeFolder } from '../../base/process/remove-folder.ts'
import type { Run } from '../../base/process/run.ts'
import { scriptCommand } from '../../base/process/scripts.ts'
import { limitedFile, type SandboxPaths } from '../../state/sandbox-paths.ts'
import { copyWhole } from '../layers/copy-tools.ts'
import { requireSpace } from '../layers/layer-disks.ts'
import { syncFileSystem, syncPath } from '../layers/layer-places.ts'
import { doesNotFit, makeDiskFile, requireDetached, resizeDiskFile } from './disk-file.ts'
import { giveUpSpare, holdSpare } from './spare-files.ts'

/** Of a sandbox: its folder, and with that all the rest. */
type Place = Pick<SandboxPaths, 'folder'>

/**
 * Writable layers that may become so large and no larger: each is on an ext4 image that Joey makes, and that this machine's
 * kernel mounts. No guest ever has its blocks. In the agent's mount namespace every such disk is mounted from the agent's
 * start, or its making, on; so whoever reads a writable layer there needs to do nothing for it. docs/adr/0013.
 */
export interface LimitedDisks {
  /** At the agent's start: mounts what there is of these sandboxes. What cannot be mounted is logged. */
  openAll(places: readonly Place[]): Promise<void>
  /**
   * Gives the writable layer of a sandbox at rest the wished form and size: null is a plain folder. What was written stays;
   * where that is more than the size, it is refused. A full disk has room for a start then. MUST NOT be called while the sandbox runs.
   */
  shape(place: Place, bytes: number | null, signal: AbortSignal): Promise<void>
  /**
   * Holds back on a sandbox's disk what its next start needs, which `shape` gives up again. To be called when all that a start makes
   * is made, and before the guest runs. Without effect where there is no disk.
   */
  holdSpare(place: Place): Promise<void>
  /** What the disk is, and what of it is used; null where the writable layer is not limited. */
  sizeOf(place: Place): Promise<{ readonly bytes: number; readonly used: number } | null>
  /** Removes the disk with what is in it. Absent is no error. */
  remove(place: Place): Promise<void>
  /** At the agent's end. What runs keeps its disk. */
  close(): Promise<void>
}

interface Deps {
  /** Where the disks are mounted. */
  readonly folder: string
  readonly run: Run
  readonly log: Pick<Logger, 'error' | 'warn'>
}

const mountMs = 30_000
/** Who makes a mount namespace for a sandbox looks for it: `leave-disks.sh`. */
export const markOfMounts = 'mounted'

export function createLimitedDisks(deps: Deps): LimitedDisks {
  const { run, log } = deps
  const mounts = createMounts(deps)
  const disks: LimitedDisks = {
    async openAll(places) {
      const wanted = places.filter((place) => existsSync(limitedFile(place)))
      await Promise.all(
        wanted.map((place) =>
          mounts.mount(limitedFile(place), nameOf(place)).catch((err: unknown) => {
            log.error({ err, id: nameOf(place) }, 'the disk of a sandbox could not be mounted')
          }),
        ),
      )
    },

    async shape(place, bytes, signal) {
      const file = limitedFile(place)
      await clearParts(mounts, place)
      const has = await stat(file).catch(() => null)
      if (has === null) {
        if (bytes !== null) await toDisk({ run, mounts }, place, bytes, signal)
        return
      }
      await removePlain(place)
      if (bytes === null) return toFolder({ run, mounts }, place, signal)
      if (bytes !== has.size) await resize({ run, mounts }, place, bytes, signal)
      await giveUpSpare(await mounts.mount(file, nameOf(place)))
    },

    async holdSpare(place) {
      if (existsSync(limitedFile(place))) await holdSpare(mounts.pointOf(nameOf(place)))
    },

    async sizeOf(place) {
      const has = await stat(limitedFile(place)).catch(() => null)
      if (has === null) return null
      return { bytes: has.size, used: await usedOf(mounts.pointOf(nameOf(place)), has.size) }
    },

    async remove(place) {
      await clearParts(mounts, place)
      await mounts.drop(nameOf(place))
      await rm(limitedFile(place), { force: true })
    },

    close: () => mounts.close(),
  }
  return disks
}

function nameOf({ folder }: Place): string {
  return basename(folder)
}

function partOf(place: Place): string {
  return `${limitedFile(place)}.part`
}

function partName(place: Place): string {
  return `${nameOf(place)}.part`
}

/** The plain form, whether or not there is a disk now. */
function plainOf({ folder }: Place) {
  return { upper: join(folder, 'upper'), work: join(folder, 'work'), part: join(folder, 'upper.part') }
}

async function removePlain(place: Place): Promise<void> {
  const { upper, work } = plainOf(place)
  for (const path of [upper, work]) await removeFolder(path)
}

async function clearParts(mounts: Mounts, place: Place): Promise<void> {
  await mounts.drop(partName(place))
  await rm(partOf(place), { force: true })
  await removeFolder(plainOf(place).part)
}

/** With its journal and its tables: what a disk of the least size for it would have to have. */
async function usedOf(point: string, size: number): Promise<number> {
  const { blocks, bfree, bsize } = await statfs(point)
  return size - blocks * bsize + (blocks - bfree) * bsize
}

interface Tools {
  readonly run: Run
  readonly mounts: Mounts
}

/** What is in the folder is copied; until the disk has its name the folder is what holds. */
async function toDisk({ run, mounts }: Tools, place: Place, bytes: number, signal: AbortSignal): Promise<void> {
  const [file, part] = [limitedFile(place), partOf(place)]
  const { upper } = plainOf(place)
  await mkdir(place.folder, { recursive: true })
  try {
    await makeDiskFile(run, part, bytes, signal)
    if (existsSync(upper)) {
      const point = await mounts.mount(part, partName(place))
      await copyWhole(run, { source: upper, part: point }, signal).catch((error: unknown) => refit(error, bytes))
      await rename(join(point, 'tree'), join(point, 'upper'))
      await mkdir(join(point, 'work'))
      await syncFileSystem(run, point)
      await mounts.drop(partName(place))
      await requireDetached(run, part)
      await syncPath(part)
    }
    await mounts.mount(part, nameOf(place))
    await rename(part, file)
    // An empty one is on the medium as soon as the file system in it has put anything there.
    if (existsSync(upper)) await syncPath(place.folder)
  } catch (error) {
    if (!existsSync(file)) await mounts.drop(nameOf(place))
    await clearParts(mounts, place)
    throw error
  }
  await removePlain(place)
}

/** The disk holds until the folder is whole: it is removed last, and a folder beside one is removed by the next attempt. */
async function toFolder({ run, mounts }: Tools, place: Place, signal: AbortSignal): Promise<void> {
  const point = await mounts.mount(limitedFile(place), nameOf(place))
  const { upper, part } = plainOf(place)
  const source = join(point, 'upper')
  if (existsSync(source)) {
    await requireSpace(place.folder, await usedOf(point, (await stat(limitedFile(place))).size))
    await mkdir(part, { mode: 0o700 })
    await copyWhole(run, { source, part }, signal)
    await syncFileSystem(run, part)
    await rename(join(part, 'tree'), upper)
    await syncPath(place.folder)
    await removeFolder(part)
  }
  await mounts.drop(nameOf(place))
  await rm(limitedFile(place))
}

/** Nothing but the disk is written to, so one that is full has a limit below what there is. */
function refit(error: unknown, bytes: number): never {
  const { detail = '' } = AppError.from(error).wire
  throw /No space left on device/.test(detail) ? doesNotFit(bytes, detail) : error
}

/**
 * At rest: while it is mounted the kernel lets it grow only for who has CAP_SYS_RESOURCE, and never shrink.
 */
async function resize({ run, mounts }: Tools, place: Place, bytes: number, signal: AbortSignal): Promise<void> {
  const file = limitedFile(place)
  const point = await mounts.mount(file, nameOf(place))
  if ((await usedOf(point, (await stat(file)).size)) > bytes) throw doesNotFit(bytes)
  await mounts.drop(nameOf(place), 'whole')
  await requireDetached(run, file)
  await resizeDiskFile(run, file, bytes, signal)
}

interface Mounts {
  pointOf(name: string): string
  /** Where it is mounted. Repeatable. */
  mount(file: string, name: string): Promise<string>
  /** Absent is no error. `whole`: refused while somebody still reads there; otherwise it goes as soon as nobody does. */
  drop(name: string, how?: 'whole'): Promise<void>
  close(): Promise<void>
}

/**
 * All below one mount of their own, so that who makes a mount namespace for a sandbox can leave them all behind in one step: a
 * copy of them would keep a disk in use for as long as that other sandbox runs.
 */
function createMounts({ folder, run }: Deps): Mounts {
  const mounted = new Map<string, Promise<string>>()
  let base: Promise<void> | null = null
  const pointOf = (name: string) => join(folder, name)

  const makeBase = async () => {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    if (isMountPoint(folder)) return
    const options = 'nosuid,nodev,noexec,mode=0700,size=1m'
    await run('mount', ['-t', 'tmpfs', '-o', options, 'joey-limited', folder], { timeoutMs: mountMs })
    await writeFile(join(folder, markOfMounts), '')
  }
  const mountOne = async (file: string, name: string) => {
    base ??= makeBase()
    await base.catch((error: unknown) => {
      base = null
      throw error
    })
    const point = pointOf(name)
    await mkdir(point, { recursive: true, mode: 0o755 })
    const [shell, script] = scriptCommand('mount-disk')
    await run(shell, [script, file, point], { timeoutMs: mountMs })
    return point
  }
  return {
    pointOf,
    mount(file, name) {
      const known = mounted.get(name)
      if (known) return known
      const fresh = mountOne(file, name)
      mounted.set(name, fresh)
      fresh.catch(() => mounted.delete(name))
      return fresh
    },
    async drop(name, how) {
      const point = await mounted.get(name)?.catch(() => undefined)
      if (point === undefined) return
      await run('umount', [...(how === 'whole' ? [] : ['--lazy']), point], { timeoutMs: mountMs })
      mounted.delete(name)
      await rmdir(point)
    },
    async close() {
      await Promise.allSettled(mounted.values())
      mounted.clear()
      if (base === null) return
      await base.catch(() => undefined)
      base = null
      if (isMountPoint(folder)) await run('umount', ['--lazy', folder], { timeoutMs: mountMs })
    },
  }
}

function isMountPoint(folder: string): boolean {
  const place = Buffer.from(folder).toString('latin1')
  return parseMountinfo(readFileSync('/proc/self/mountinfo', 'latin1')).some(({ target }) => target === place)
}
