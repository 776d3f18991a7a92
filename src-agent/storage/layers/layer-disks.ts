import { constants } from 'node:fs'
import { copyFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppError } from '#contract/app-error'
import { reserveOf, roomToFill } from '../../base/disk-room.ts'
import type { Run } from '../../base/process/run.ts'
import type { DiskConverter } from '../ext4/ext4-disk.ts'
import { noSpaceForLayer, noSuchLayer } from './layer-errors.ts'
import { exists, type LayerPlaces, syncPath } from './layer-places.ts'
import type { LayerId } from './layer-store.ts'

const patienceMs = 30 * 60_000
/** Left for records and logs. */

export type Freeze = (work: () => Promise<void>) => Promise<void>

/** Copies a disk whose size is a matter of holes. It becomes whole or is not there. It is read within `freeze`. */
export async function copyDiskFile(
  run: Run,
  { from, to, freeze = (work) => work() }: { from: string; to: string; freeze?: Freeze | undefined },
  signal: AbortSignal,
): Promise<void> {
  const { blocks } = await stat(from)
  await requireSpace(dirname(to), blocks * 512)
  const part = `${to}.part`
  try {
    await freeze(async () => {
      await run('cp', ['--reflink=auto', '--sparse=always', '--', from, part], { signal, timeoutMs: patienceMs })
    })
    await syncPath(part)
    await rename(part, to)
    await syncPath(dirname(to))
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
}

/** Makes the tree of a layer that is a disk. The reader repairs what a crash left on a disk, so it gets a copy. */
export async function readTreeOfDisk(
  deps: { readonly run: Run; readonly converter: Pick<DiskConverter, 'readDisk'> },
  places: LayerPlaces,
  id: LayerId,
  signal: AbortSignal,
): Promise<void> {
  if (!(await exists(places.disk))) throw noSuchLayer(id)
  const copy = join(places.folder, 'reading.part')
  try {
    await copyDiskFile(deps.run, { from: places.disk, to: copy }, signal)
    await deps.converter.readDisk({ disk: copy, upper: places.tree, signal })
  } finally {
    await rm(copy, { force: true })
  }
}

/** Throws where a copy of so many bytes would not fit. Shared blocks take none, where the file system has them. */
export async function requireSpace(folder: string, bytes: number): Promise<void> {
  const { bytes: free } = await roomToFill(folder)
  if (bytes > free && !(await sharesBlocks(folder))) throw noSpaceForLayer(bytes, free)
}

/** Somebody else, or a guest that writes quickly, has filled the medium meanwhile. */
export async function explainFull(error: unknown, folder: string): Promise<unknown> {
  const detail = AppError.from(error).wire.detail ?? ''
  if (!/No space left on device|ENOSPC|EDQUOT|Disk quota exceeded/.test(detail)) return error
  const { blocks, bavail, bsize } = await statfs(folder)
  return noSpaceForLayer(reserveOf(blocks * bsize), bavail * bsize)
}

/** Whether two files can have the same blocks there, tried. */
async function sharesBlocks(folder: string): Promise<boolean> {
  const [one, two] = ['one.part', 'two.part'].map((name) => join(folder, `.joey-share-${process.pid}-${name}`)) as [
    string,
    string,
  ]
  try {
    await writeFile(one, 'joey')
    await copyFile(one, two, constants.COPYFILE_FICLONE_FORCE)
    return true
  } catch {
    return false
  } finally {
    await Promise.all([one, two].map((path) => rm(path, { force: true })))
  }
}
