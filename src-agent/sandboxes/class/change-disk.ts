import { existsSync } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { IsolationClass } from '#contract/sandbox'
import { roomToFill } from '../../base/disk-room.ts'
import type { Driver } from '../../engines/driver.ts'
import type { SandboxPaths } from '../../state/sandbox-paths.ts'
import type { DiskConverter } from '../../storage/ext4/ext4-disk.ts'
import { measureLayer } from '../../storage/ext4/layer-to-disk.ts'
import type { LimitedDisks } from '../../storage/limited/limited-disks.ts'

type Form = Driver['disk']

/** Of classes that this machine does not offer now: their disks are still what they are. */
const usualForms: Readonly<Record<IsolationClass, Form>> = {
  container: 'directory',
  gvisor: 'directory',
  microvm: 'image',
}

export interface ConversionSize {
  /** Bytes on the medium that hold content. */
  readonly bytes: number
  readonly entries: number
  readonly freeBytes: number
}

export interface ConvertWork {
  /** The limit of the disk. On a folder it holds from the next start on. */
  readonly diskBytes: number | null
  readonly signal: AbortSignal
}

/**
 * The two forms of a sandbox's writable layer. Which one holds is decided by the class on record and by nothing else:
 * the other one is a copy in the making, or the old one that waits for the new one to prove itself.
 */
export interface ChangeDisk {
  needsConversion(from: IsolationClass, to: IsolationClass): boolean
  /** How much there is to convert; null where nothing is. Reads while a guest may write, so it is an estimate. */
  measure(
    paths: SandboxPaths,
    from: IsolationClass,
    to: IsolationClass,
    signal: AbortSignal,
  ): Promise<ConversionSize | null>
  /** Makes the form of `to` from that of `from`, which stays. What there is of the form of `to` is replaced. */
  convert(paths: SandboxPaths, from: IsolationClass, to: IsolationClass, work: ConvertWork): Promise<void>
  /** Removes the form that `kept` does not use. */
  keepOnly(paths: SandboxPaths, kept: IsolationClass): Promise<void>
}

export function createChangeDisk(deps: {
  converter: DiskConverter
  drivers: ReadonlyMap<IsolationClass, Pick<Driver, 'disk'>>
  limitedDisks: Pick<LimitedDisks, 'remove'>
}): ChangeDisk {
  const formOf = (wanted: IsolationClass): Form => deps.drivers.get(wanted)?.disk ?? usualForms[wanted]
  const placeOf = (paths: SandboxPaths, wanted: IsolationClass) =>
    formOf(wanted) === 'image' ? paths.disk : paths.upper
  const needsConversion = (from: IsolationClass, to: IsolationClass) => formOf(from) !== formOf(to)

  const keepOnly: ChangeDisk['keepOnly'] = async (paths, kept) => {
    const { folder, disk } = paths
    // Those of a folder: what is on a limited disk goes with it.
    const [upper, work] = [join(folder, 'upper'), join(folder, 'work')]
    const others = formOf(kept) === 'image' ? [upper, work] : [disk]
    if (formOf(kept) === 'image') await deps.limitedDisks.remove(paths)
    const unfinished = [`${upper}.part`, `${upper}.part.s`, `${disk}.part`, `${disk}.part.root`]
    for (const path of [...others, ...unfinished]) await rm(path, { recursive: true, force: true, maxRetries: 3 })
  }

  return {
    needsConversion,

    async measure(paths, from, to, signal) {
      const source = placeOf(paths, from)
      if (!needsConversion(from, to) || !existsSync(source)) return null
      const { bytes: freeBytes } = await roomToFill(paths.folder)
      if (formOf(from) === 'directory') return { ...(await measureLayer(source, signal)), freeBytes }
      return { bytes: (await stat(source)).blocks * 512, entries: 0, freeBytes }
    },

    async convert(paths, from, to, { diskBytes: bytes, signal }) {
      const source = placeOf(paths, from)
      if (!needsConversion(from, to)) return
      await keepOnly(paths, from)
      // Never started: the first start makes what it needs.
      if (!existsSync(source)) return
      if (formOf(to) === 'image')
        await deps.converter.makeDisk({ disk: paths.disk, from: { upper: paths.upper }, bytes, signal })
      else await deps.converter.readDisk({ disk: paths.disk, upper: paths.upper, signal })
    },

    keepOnly,
  }
}
