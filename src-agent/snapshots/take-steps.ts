import { existsSync } from 'node:fs'
import { rm, stat, statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { appError } from '#contract/app-error'
import type { Snapshot } from '#contract/snapshot'
import { measureLayer } from '../storage/ext4/layer-to-disk.ts'
import { driverOf, withSandbox } from '../sandboxes/context.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { clearStaleDisk, requireState } from '../sandboxes/runs.ts'
import { commitTogether } from '../state/record-change.ts'
import { nameSnapshot } from './find-snapshot.ts'
import { createFreezer } from './freeze.ts'
import { describeLayers } from './sealing.ts'
import { type SnapshotGround, stateFolder } from './snapshot-ground.ts'
import type { RecordedMaking, SnapshotRecord } from '../state/records/snapshot-records.ts'
import { type SavedMemory, saveMemory, savingOf } from './take-live.ts'
import type { SnapshotWish, TakeWork } from './take-work.ts'

/** Makes a snapshot, for the holder of the sandbox's lock. It is on record before anything is made. */
export async function takeSnapshotOf(
  ground: SnapshotGround,
  told: SandboxRecord,
  wish: SnapshotWish,
  work: TakeWork,
): Promise<Snapshot> {
  requireState(told, wish.live ? ['running'] : ['created', 'stopped', 'running', 'paused'], 'kept as a snapshot')
  const saving = wish.live ? await savingOf(ground, told, work.signal) : null
  await ground.ready()
  const record = await clearStaleDisk(ground.context, told)
  const begun = await begin(ground, record, wish)
  const { id } = begun.snapshot
  try {
    await ground.step('begun')
    const made = saving === null ? await makeLayer(ground, record, begun, work) : null
    const saved = saving && (await saveMemory(ground, { record, snapshot: begun, saving, work }))
    await ground.step('made')
    return await finishSnapshot(ground, id, { pauseMs: (saved ?? made)?.pauseMs ?? 0, began: work.began, saved })
  } catch (error) {
    await takeBackSnapshot(ground, id)
    throw error
  }
}

/** Everything that can be refused is refused before the record is put. */
async function begin(ground: SnapshotGround, record: SandboxRecord, wish: SnapshotWish): Promise<SnapshotRecord> {
  const { context, layers, snapshotRecords } = ground
  const { sandbox } = record
  const making = planMaking(ground, record, wish)
  await requireRoom(ground, record, making)
  const now = context.now()
  const chain = making.layer === null ? record.layers : [making.layer, ...record.layers]
  const snapshot: Snapshot = {
    id: newSnapshotId(ground, layers.newId),
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
  const topIsDisk = making.layer !== null && driverOf(context, sandbox.class).disk === 'image'
  const begun = { snapshot, layers: chain, stateKey: null, stateSums: {}, making, ownLayer: making.layer, topIsDisk }
  snapshotRecords.put(begun)
  return begun
}

/** Never that of a sandbox or of another snapshot; made as those of layers are. */
function newSnapshotId({ context, snapshotRecords }: SnapshotGround, newId: () => string): string {
  for (;;) {
    const id = newId()
    if (!snapshotRecords.get(id) && !context.records.get(id)) return id
  }
}

/** Whether keeping it moves its writable layer, and copies nothing. */
export function isMovable({ folder, drivers }: SnapshotGround['context'], { sandbox }: SandboxRecord): boolean {
  const isAtRest = ['created', 'stopped'].includes(sandbox.state)
  return isAtRest && drivers.get(sandbox.class)?.disk === 'directory' && existsSync(folder.sandbox(sandbox.id).upper)
}

function planMaking({ context, layers }: SnapshotGround, record: SandboxRecord, wish: SnapshotWish): RecordedMaking {
  const { sandbox } = record
  const { upper, disk } = context.folder.sandbox(sandbox.id)
  const isImage = driverOf(context, sandbox.class).disk === 'image'
  const ran = sandbox.state === 'running'
  // Never started, or nothing was written since the last one: there is nothing of its own to keep.
  const hasOwn = existsSync(isImage ? disk : upper)
  if (wish.live) return { how: 'live', layer: layers.newId(), ran }
  if (!hasOwn) return { how: 'none', layer: null, ran }
  const isAtRest = !ran && sandbox.state !== 'paused'
  return { how: isAtRest && !isImage ? 'adopt' : 'copy', layer: layers.newId(), ran }
}

/** What is copied needs as much room again, and a little for the records. */
async function requireRoom(
  { context }: SnapshotGround,
  { sandbox }: SandboxRecord,
  making: RecordedMaking,
): Promise<void> {
  const { folder, upper, disk } = context.folder.sandbox(sandbox.id)
  const { bavail, bsize } = await statfs(dirname(folder))
  const free = bavail * bsize
  const needed =
    spareBytes + (making.how === 'copy' || making.how === 'live' ? await sizeOf(upper, disk, context.signal) : 0)
  const memory = making.how === 'live' ? (sandbox.spec.limits.memoryBytes ?? 0) : 0
  if (needed + memory <= free) return
  const message = `The snapshot of "${sandbox.name}" needs about ${mebibytes(needed + memory)} MiB, and ${mebibytes(free)} MiB are free. Make room, then try again.`
  throw appError('unavailable', 'no-space-for-snapshot', message, { params: { needed: needed + memory, free } })
}

const spareBytes = 4 * 2 ** 20
const mebibytes = (bytes: number) => Math.ceil(bytes / 2 ** 20)

async function sizeOf(upper: string, disk: string, signal: AbortSignal): Promise<number> {
  const file = await stat(disk).catch(() => null)
  if (file) return file.blocks * 512
  return existsSync(upper) ? (await measureLayer(upper, signal)).bytes : 0
}

async function makeLayer(
  { context, layers }: SnapshotGround,
  record: SandboxRecord,
  { making }: SnapshotRecord,
  { signal, onProgress }: TakeWork,
): Promise<{ pauseMs: number }> {
  const { upper, disk } = context.folder.sandbox(record.sandbox.id)
  const work = { signal, ...(onProgress && { onProgress }) }
  if (!making || making.layer === null) return { pauseMs: 0 }
  if (making.how === 'adopt') {
    await layers.adoptFolder(making.layer, upper)
    return { pauseMs: 0 }
  }
  const { layer } = making
  const { freeze, pauseMs } = createFreezer(context, record)
  if (driverOf(context, record.sandbox.class).disk === 'image') await layers.copyDisk(layer, disk, work, freeze)
  else await layers.copyFolder(layer, upper, freeze, work)
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
export async function finishSnapshot(ground: SnapshotGround, id: string, done: Finished): Promise<Snapshot> {
  const { context, snapshotRecords, layers } = ground
  const { pauseMs, began, saved } = done
  const known = snapshotRecords.get(id)
  const facts = known && (await describeLayers(layers, known))
  const current = snapshotRecords.get(id)
  if (!current || !facts) throw appError('notFound', 'snapshot-removed', 'The snapshot was removed meanwhile.')
  const { making, ...rest } = current
  const tookMs = performance.now() - began
  const snapshot = { ...rest.snapshot, ...facts, state: 'ready' as const, pauseMs, tookMs, live: saved?.live ?? null }
  const ready = { ...rest, snapshot, ...(saved && { stateKey: saved.stateKey, stateSums: saved.stateSums }) }
  const sandbox = context.records.get(snapshot.sandboxId)
  const stands = sandbox && {
    ...withSandbox(sandbox, { parentId: id }),
    layers: making?.how === 'adopt' ? ready.layers : sandbox.layers,
  }
  commitTogether(context.events, [
    snapshotRecords.changeOf(ready),
    ...(stands ? [context.records.changeOf(stands)] : []),
  ])
  await ground.step('finished')
  if (!facts.sealed) ground.sealing.later(id)
  return snapshotRecords.get(id)?.snapshot ?? snapshot
}

/**
 * As if nothing had been asked; safe to repeat. A writable layer that has been moved is not moved back, it is the only one
 * there is: then the snapshot is finished.
 */
export async function takeBackSnapshot(ground: SnapshotGround, id: string): Promise<'gone' | 'kept'> {
  const { layers, snapshotRecords } = ground
  const record = snapshotRecords.get(id)
  if (!record) return 'gone'
  const { making } = record
  if (making === undefined) return 'kept'
  const { layer } = making
  if (making.how === 'adopt' && layer !== null && (await layers.facts(layer)) !== null) {
    await finishSnapshot(ground, id, { pauseMs: 0, began: performance.now(), saved: null })
    return 'kept'
  }
  if (layer !== null) await layers.remove(layer)
  await rm(dirname(stateFolder(ground, id)), { recursive: true, force: true })
  await ground.step('taken-back')
  snapshotRecords.remove(id)
  return 'gone'
}
