import { existsSync } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { appError } from '#contract/app-error'
import type { Sandbox } from '#contract/sandbox'
import type { Snapshot } from '#contract/snapshot'
import { roomToFill } from '../base/disk-room.ts'
import { roomAt } from '../base/failures/machine-failure.ts'
import { readMemoryUse } from '../base/kernel/cgroup-files.ts'
import { type CleanupDeps, clearStaleDisk } from '../sandboxes/cleanup.ts'
import { driverOf } from '../sandboxes/find-driver.ts'
import { requireState } from '../sandboxes/require-state.ts'
import type { SandboxService } from '../sandboxes/sandbox-service.ts'
import type { EventLog } from '../state/event-log.ts'
import { commitTogether } from '../state/record-change.ts'
import type { NetworkRecords } from '../state/records/network-records.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { withSandbox } from '../state/records/sandbox-records.ts'
import type { RecordedMaking, SnapshotRecord } from '../state/records/snapshot-records.ts'
import { isLimited } from '../state/sandbox-paths.ts'
import { measureLayer } from '../storage/ext4/layer-to-disk.ts'
import type { ImageStore } from '../storage/images/image-store.ts'
import type { ImageMounts } from '../storage/layers/image-mounts.ts'
import { nameSnapshot } from './find-snapshot.ts'
import { createFreezer } from './freeze.ts'
import { describeLayers, type Sealing } from './sealing.ts'
import { stateFolder } from './state-folder.ts'
import { type SavedMemory, saveMemory, savingOf } from './take-live.ts'
import type { SnapshotWish, TakeWork } from './take-work.ts'

export interface TakeStepsDeps extends CleanupDeps {
  readonly events: EventLog
  readonly images: ImageStore
  readonly networkRecords: NetworkRecords
  readonly imageMounts: ImageMounts
  readonly now: () => Date
  /** Ends when the agent stops. */
  readonly signal: AbortSignal
  readonly sandboxes: Pick<SandboxService, 'endings'>
  readonly sealing: Sealing
  /** For tests: called between any two steps. */
  readonly step: (name: string) => Promise<void>
  /** Resolves when what an agent before this one has left is cleared up: no layer is made before. */
  readonly ready: () => Promise<void>
  /** Saved memories that were found whole, by id of their snapshot: what their files looked like then. */
  readonly wholeStates: Map<string, string>
}

/** Makes a snapshot, for the holder of the sandbox's lock. It is on record before anything is made. */
export async function takeSnapshotOf(
  deps: TakeStepsDeps,
  wanted: SandboxRecord,
  wish: SnapshotWish,
  work: TakeWork,
): Promise<Snapshot> {
  requireState(wanted, wish.live ? ['running'] : ['created', 'stopped', 'running', 'paused'], 'kept')
  const saving = wish.live ? await savingOf(deps, wanted, work.signal) : null
  await deps.ready()
  const record = await clearStaleDisk(deps, wanted)
  const begun = await begin(deps, record, wish)
  const { id } = begun.snapshot
  try {
    await deps.step('begun')
    const made = saving === null ? await makeLayer(deps, record, begun, work) : null
    const saved = saving && (await saveMemory(deps, { record, snapshot: begun, saving, work }))
    await deps.step('made')
    return await finishSnapshot(deps, id, { pauseMs: (saved ?? made)?.pauseMs ?? 0, began: work.began, saved })
  } catch (error) {
    await takeBackSnapshot(deps, id)
    throw error
  }
}

/** Everything that can be refused is refused before the record is put. */
async function begin(
  deps: Pick<TakeStepsDeps, 'records' | 'folder' | 'layers' | 'snapshotRecords' | 'now' | 'drivers' | 'signal'>,
  record: SandboxRecord,
  wish: SnapshotWish,
): Promise<SnapshotRecord> {
  const { layers, snapshotRecords } = deps
  const { sandbox } = record
  const making = planMaking(deps, record, wish)
  await requireRoom(deps, record, making)
  const now = deps.now()
  const chain = making.layer === null ? record.layers : [making.layer, ...record.layers]
  const snapshot: Snapshot = {
    id: newSnapshotId(deps, layers.newId),
    name: nameSnapshot(snapshotRecords, { sandboxId: sandbox.id, name: wish.name, reason: wish.reason, now }),
    note: wish.note ?? '',
    labels: wish.labels ?? {},
    reason: wish.reason,
    state: 'creating',
    sandboxId: sandbox.id,
    sandboxName: sandbox.name,
    parentId: sandbox.parentId,
    createdAt: now.toISOString(),
    class: sandbox.class,
    image: sandbox.image,
    imageDigest: sandbox.imageDigest,
    spec: sandbox.spec,
    argv: sandbox.argv,
    live: null,
    pauseMs: 0,
    tookMs: 0,
    layerBytes: 0,
    layerEntries: 0,
    sealed: false,
    verifiedAt: null,
    problem: null,
  }
  const topIsDisk = making.layer !== null && driverOf(deps, sandbox.class).disk === 'image'
  const begun = { snapshot, layers: chain, stateKey: null, stateSums: {}, making, ownLayer: making.layer, topIsDisk }
  snapshotRecords.put(begun)
  return begun
}

/** Never that of a sandbox or of another snapshot; made as those of layers are. */
function newSnapshotId(deps: Pick<TakeStepsDeps, 'records' | 'snapshotRecords'>, newId: () => string): string {
  for (;;) {
    const id = newId()
    if (!deps.snapshotRecords.get(id) && !deps.records.get(id)) return id
  }
}

/** Whether keeping it moves its writable layer, and copies nothing. */
export function isMovable(deps: Pick<TakeStepsDeps, 'folder' | 'drivers'>, { sandbox }: SandboxRecord): boolean {
  const isAtRest = ['created', 'stopped'].includes(sandbox.state)
  const paths = deps.folder.sandbox(sandbox.id)
  const isFolder = deps.drivers.get(sandbox.class)?.disk === 'directory' && !isLimited(paths)
  return isAtRest && isFolder && existsSync(paths.upper)
}

function planMaking(
  deps: Pick<TakeStepsDeps, 'folder' | 'layers' | 'drivers'>,
  record: SandboxRecord,
  wish: SnapshotWish,
): RecordedMaking {
  const { sandbox } = record
  const paths = deps.folder.sandbox(sandbox.id)
  const { upper, disk } = paths
  const isImage = driverOf(deps, sandbox.class).disk === 'image'
  const ran = sandbox.state === 'running'
  // Never started, or nothing was written since the last one: there is nothing of its own to keep.
  const hasOwn = existsSync(isImage ? disk : upper)
  if (wish.live) return { how: 'live', layer: deps.layers.newId(), ran }
  if (!hasOwn) return { how: 'none', layer: null, ran }
  const isAtRest = !ran && sandbox.state !== 'paused'
  // What is on a disk of its own is on another file system than layers.
  return { how: isAtRest && !isImage && !isLimited(paths) ? 'adopt' : 'copy', layer: deps.layers.newId(), ran }
}

/** What is copied needs as much room again, and a little for the records. */
async function requireRoom(
  deps: Pick<TakeStepsDeps, 'folder' | 'signal' | 'drivers'>,
  { sandbox }: SandboxRecord,
  making: RecordedMaking,
): Promise<void> {
  const { folder, upper, disk } = deps.folder.sandbox(sandbox.id)
  const copies = making.how === 'copy' || making.how === 'live'
  // What is only moved may be kept on a full disk as well.
  const free = copies ? (await roomToFill(dirname(folder))).bytes : (roomAt(dirname(folder)) ?? 0)
  const needed = spareBytes + (copies ? await sizeOf(upper, disk, deps.signal) : 0)
  const memory = making.how === 'live' ? await memoryToSave(deps, sandbox) : 0
  if (needed + memory <= free) return
  throw appError('no-space-for-snapshot', {
    name: sandbox.name,
    needed: mebibytes(needed + memory),
    free: mebibytes(free),
  })
}

/** What it uses, as far as that is known, and no more than it may. */
async function memoryToSave({ drivers }: Pick<TakeStepsDeps, 'drivers'>, sandbox: Sandbox): Promise<number> {
  const cgroup = drivers.get(sandbox.class)?.cgroup(sandbox.id)
  const used = cgroup === undefined ? null : await readMemoryUse(cgroup)
  return Math.min(sandbox.spec.limits.memoryBytes ?? 0, used ?? Number.POSITIVE_INFINITY)
}

const spareBytes = 4 * 2 ** 20
const mebibytes = (bytes: number) => Math.ceil(bytes / 2 ** 20)

async function sizeOf(upper: string, disk: string, signal: AbortSignal): Promise<number> {
  const file = await stat(disk).catch(() => null)
  if (file) return file.blocks * 512
  return existsSync(upper) ? (await measureLayer(upper, signal)).bytes : 0
}

async function makeLayer(
  deps: Pick<TakeStepsDeps, 'records' | 'folder' | 'layers' | 'drivers'>,
  record: SandboxRecord,
  { making }: SnapshotRecord,
  { signal, onProgress }: TakeWork,
): Promise<{ pauseMs: number }> {
  const { upper, disk } = deps.folder.sandbox(record.sandbox.id)
  const work = { signal, ...(onProgress && { onProgress }) }
  if (!making || making.layer === null) return { pauseMs: 0 }
  if (making.how === 'adopt') {
    await deps.layers.adoptFolder(making.layer, upper)
    return { pauseMs: 0 }
  }
  const { layer } = making
  const { freeze, pauseMs } = createFreezer(deps, record)
  if (driverOf(deps, record.sandbox.class).disk === 'image') await deps.layers.copyDisk(layer, disk, work, freeze)
  else await deps.layers.copyFolder(layer, upper, freeze, work)
  return { pauseMs: pauseMs() }
}

interface Finished {
  readonly pauseMs: number
  readonly began: number
  readonly saved: SavedMemory | null
}

/**
 * Its layer is there: the snapshot is ready, and the sandbox stands on it, in one transaction. One whose writable layer was
 * moved stands on that layer from now on, too.
 */
export async function finishSnapshot(
  deps: Pick<TakeStepsDeps, 'records' | 'events' | 'layers' | 'snapshotRecords' | 'sealing' | 'step'>,
  id: string,
  done: Finished,
): Promise<Snapshot> {
  const { snapshotRecords, layers } = deps
  const { pauseMs, began, saved } = done
  const known = snapshotRecords.get(id)
  const facts = known && (await describeLayers(layers, known))
  const current = snapshotRecords.get(id)
  if (!current || !facts) throw appError('snapshot-removed')
  const { making, ...rest } = current
  const tookMs = performance.now() - began
  const snapshot = { ...rest.snapshot, ...facts, state: 'ready' as const, pauseMs, tookMs, live: saved?.live ?? null }
  const ready = { ...rest, snapshot, ...(saved && { stateKey: saved.stateKey, stateSums: saved.stateSums }) }
  const sandbox = deps.records.get(snapshot.sandboxId)
  const stands = sandbox && {
    ...withSandbox(sandbox, { parentId: id }),
    layers: making?.how === 'adopt' ? ready.layers : sandbox.layers,
  }
  commitTogether(deps.events, [snapshotRecords.changeOf(ready), ...(stands ? [deps.records.changeOf(stands)] : [])])
  await deps.step('finished')
  if (!facts.sealed) deps.sealing.later(id)
  return snapshotRecords.get(id)?.snapshot ?? snapshot
}

/**
 * As if nothing had been requested; safe to repeat. A writable layer that has been moved is not moved back, it is the only one
 * there is: then the snapshot is finished.
 */
export async function takeBackSnapshot(
  deps: Pick<TakeStepsDeps, 'records' | 'events' | 'folder' | 'layers' | 'snapshotRecords' | 'sealing' | 'step'>,
  id: string,
): Promise<'gone' | 'kept'> {
  const { layers, snapshotRecords } = deps
  const record = snapshotRecords.get(id)
  if (!record) return 'gone'
  const { making } = record
  if (making === undefined) return 'kept'
  const { layer } = making
  if (making.how === 'adopt' && layer !== null && (await layers.facts(layer)) !== null) {
    await finishSnapshot(deps, id, { pauseMs: 0, began: performance.now(), saved: null })
    return 'kept'
  }
  if (layer !== null) await layers.remove(layer)
  await rm(dirname(stateFolder(deps, id)), { recursive: true, force: true })
  await deps.step('taken-back')
  snapshotRecords.remove(id)
  return 'gone'
}
