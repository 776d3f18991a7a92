import { stat } from 'node:fs/promises'
import { appError } from '#contract/app-error'
import type { Drivers } from '../engines/driver.ts'
import type { StateFolder } from '../state/folder.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { measureLayer } from '../storage/ext4/layer-to-disk.ts'
import { doesNotFit } from '../storage/limited/disk-file.ts'
import type { LimitedDisks } from '../storage/limited/limited-disks.ts'
import { driverOf } from './find-driver.ts'

interface Deps {
  readonly folder: Pick<StateFolder, 'sandbox'>
  readonly drivers: Drivers
  readonly limitedDisks: Pick<LimitedDisks, 'sizeOf'>
}

const mebibyte = 2 ** 20
/** Tables and journal of a disk, beside what is in it. */
const overhead = 8 * mebibyte

/**
 * Refuses a limit of the disk that could not hold. Nothing is changed yet: the next start makes the disk what it shall be. So
 * of one that runs it can be raised only, or there would be a limit on record that does not hold.
 */
export async function requireDiskLimit(
  deps: Deps,
  { sandbox }: SandboxRecord,
  { bytes, runs }: { readonly bytes: number | null; readonly runs: boolean },
): Promise<void> {
  const { id, name, spec } = sandbox
  const before = spec.limits.diskBytes
  if (bytes === before) return
  const paths = deps.folder.sandbox(id)
  if (driverOf(deps, sandbox.class).disk === 'image') {
    const has = await stat(paths.disk).catch(() => null)
    if (has === null || bytes === null || bytes >= has.size) return
    throw appError('disk-limit-not-lower', { name, mebibytes: Math.floor(has.size / mebibyte) })
  }
  if (runs) {
    if (bytes !== null && before !== null && bytes > before) return
    throw appError('disk-limit-at-rest', { name })
  }
  if (bytes !== null && (await usedBy(deps, sandbox.id)) > bytes) throw doesNotFit(bytes)
}

async function usedBy(deps: Deps, id: string): Promise<number> {
  const paths = deps.folder.sandbox(id)
  const limited = await deps.limitedDisks.sizeOf(paths)
  if (limited !== null) return limited.used
  const layer = await measureLayer(paths.upper, AbortSignal.timeout(60_000))
  return layer.bytes + overhead
}
