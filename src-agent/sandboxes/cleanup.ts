import type { SandboxExit } from '#contract/sandbox'
import type { Background } from '../base/async/background.ts'
import type { IdRanges } from '../base/kernel/id-ranges.ts'
import { removeFolder } from '../base/process/remove-folder.ts'
import type { Driver, Drivers, Ending } from '../engines/driver.ts'
import type { Lease, Network } from '../network/network.ts'
import type { StateFolder } from '../state/folder.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { withSandbox } from '../state/records/sandbox-records.ts'
import type { LimitedDisks } from '../storage/limited/limited-disks.ts'
import type { VolumeStore } from '../storage/volumes/volume-store.ts'
import { describeExit } from './describe-exit.ts'
import { driverOf } from './find-driver.ts'
import { dropUnnamed, type LayerReferencesDeps } from './layer-references.ts'
import type { OpenHandles } from './open-handles.ts'
import { adoptPending } from './pending.ts'
import { isRemovedAtItsEnd } from './spec-policy.ts'
import { volumesOf } from './volumes.ts'

export interface CleanupDeps extends LayerReferencesDeps {
  readonly folder: StateFolder
  readonly network: Network
  readonly background: Background
  readonly openHandles: OpenHandles
  readonly drivers: Drivers
  /** Of sandboxes whose network has none; null: this machine cannot map ids. */
  readonly idRanges: IdRanges | null
  readonly limitedDisks: LimitedDisks
  readonly volumes: VolumeStore
}

/** The end of a run: how it ended goes on record, and what the run had is given back. The disk and the log stay. */
export async function settleEnd(
  deps: Pick<
    CleanupDeps,
    'records' | 'folder' | 'network' | 'background' | 'openHandles' | 'log' | 'drivers' | 'idRanges'
  >,
  record: SandboxRecord,
  ending: Ending,
): Promise<SandboxExit> {
  const { sandbox } = record
  const exit = describeExit(ending, sandbox.spec.limits, record.stopAsked)
  const over = { state: 'stopped' as const, exit, pid: null, address: null, addresses: [], ports: [], health: null }
  const ended = withSandbox(record, { ...over, ...adoptPending(sandbox) })
  await tidy(deps, driverOf(deps, sandbox.class), record, record.lease)
  const endWanted = record.endWanted || record.stopAsked
  deps.records.put({ ...ended, monitorPid: null, lease: null, stopAsked: false, endWanted })
  return exit
}

/**
 * Removes the sandbox with its disk and log. At once it is gone for everybody and its name is free; the returned promise
 * reports when nothing of it is left on the host. A later agent finishes what this one does not.
 */
export async function removeForGood(deps: CleanupDeps, record: SandboxRecord): Promise<void> {
  deps.records.markRemoved(record)
  await cleanUp(deps, record)
}

/** The second half of a removal. Safe to repeat. */
export async function cleanUp(deps: CleanupDeps, record: SandboxRecord): Promise<void> {
  const { id, class: wanted } = record.sandbox
  // In the middle of a change of class there may be something of it in both engines.
  const classes = new Set([wanted, ...(record.change ? [record.change.from, record.change.to] : [])])
  for (const each of classes) {
    const driver = deps.drivers.get(each)
    if (driver) await tidy(deps, driver, record, each === wanted ? record.lease : null)
  }
  // Whoever still reads the log holds what there is of it; only the names go.
  await deps.openHandles.logOf(id).letGo()
  await deps.limitedDisks.remove(deps.folder.sandbox(id))
  await removeFolder(deps.folder.sandbox(id).folder)
  deps.openHandles.forget(id)
  await removeOwnVolumes(deps, record)
  deps.records.forget(id)
  await dropUnnamed(deps, record.layers)
}

/** Those that were made for it and that nobody else has taken since. */
async function removeOwnVolumes(
  { volumes }: Pick<CleanupDeps, 'volumes'>,
  { sandbox, volumesToo }: SandboxRecord,
): Promise<void> {
  const { spec } = sandbox
  if (!volumesToo && !isRemovedAtItsEnd(spec)) return
  await volumes.removeUnused(volumesOf(spec).flatMap(({ volume, own }) => (own ? [volume] : [])))
}

/**
 * Removes a writable layer that a restore has left behind. On record before anything is written anew, or a crash would have
 * the next start remove that.
 */
export async function clearStaleDisk(
  deps: Pick<CleanupDeps, 'records' | 'folder' | 'limitedDisks'>,
  record: SandboxRecord,
): Promise<SandboxRecord> {
  if (!record.staleDisk) return record
  await deps.limitedDisks.remove(deps.folder.sandbox(record.sandbox.id))
  const { upper, work, disk } = deps.folder.sandbox(record.sandbox.id)
  for (const path of [upper, work, disk]) await removeFolder(path)
  const clean = { ...record, staleDisk: false }
  deps.records.put(clean)
  return clean
}

/** Gives back what a run had: engine, address, ports. Each part is tried; a failure is logged and keeps none of the others. */
export async function tidy(
  deps: Pick<CleanupDeps, 'folder' | 'network' | 'background' | 'openHandles' | 'log' | 'idRanges'>,
  driver: Driver,
  record: SandboxRecord,
  lease: Lease | null,
): Promise<void> {
  const { id } = record.sandbox
  deps.openHandles.end(id)
  const results = await Promise.allSettled([driver.remove(id, deps.folder.sandbox(id)), deps.network.unpublish(id)])
  deps.idRanges?.release(id)
  // Nobody waits for an interface to go; a later agent finds it if this one does not get that far.
  if (lease) deps.background.run('an interface could not be removed', deps.network.release(lease))
  for (const result of results) {
    if (result.status === 'rejected') deps.log.error({ err: result.reason, id }, 'could not tidy up after a run')
  }
}
