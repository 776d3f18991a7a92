import { mkdir, rm } from 'node:fs/promises'
import { AppError, appError } from '#contract/app-error'
import type { Sandbox } from '#contract/sandbox'
import { liveSaving } from '../engines/driver.ts'
import { driverOf, type SandboxContext, withSandbox } from '../sandboxes/context.ts'
import { endMainProcess } from '../sandboxes/end-process.ts'
import { dropUnnamed } from '../sandboxes/layer-references.ts'
import type { RecordedRestore, SandboxRecord } from '../state/records/sandbox-records.ts'
import { type Begin, clearStaleDisk, launch, tidy } from '../sandboxes/runs.ts'
import { prepareRestore, type Restore, type RestoreRequest } from './restore-plan.ts'
import { type SnapshotGround, stateFolder } from './snapshot-ground.ts'
import type { SnapshotRecord } from '../state/records/snapshot-records.ts'
import { takeSnapshotOf } from './take-steps.ts'
import type { TakeWork } from './take-work.ts'

export interface RestoreOutcome {
  readonly sandbox: Sandbox
  readonly kept: string | null
  readonly told: string[]
}

/**
 * Puts a sandbox back to where it was. Each step is on record first: until the switch the sandbox is what it was and a later agent
 * takes everything back; from the switch on it is what the snapshot was and a later agent finishes.
 */
export async function restoreInPlace(
  ground: SnapshotGround,
  request: RestoreRequest & { readonly keep: boolean },
  work: TakeWork,
): Promise<RestoreOutcome> {
  const { context } = ground
  await ground.ready()
  const { id } = (await prepareRestore(ground, request, work.signal)).record.sandbox
  return context.lock.run(id, async () => {
    // Anew: it may have changed while others held the lock.
    const restore = await prepareRestore(ground, { ...request, sandbox: id }, work.signal)
    requirePossible(restore)
    const kept = await leaveOld(ground, restore, request.keep, work)
    const switched = switchOver(ground, restore)
    await ground.step('switched')
    const sandbox = await arrive(ground, switched)
    // The layers that only the old state stood on; where it was kept, the kept one names them.
    await dropUnnamed(context, restore.record.layers)
    return { sandbox, kept, told: tellOf(restore) }
  })
}

function requirePossible({ plan, record }: Restore): void {
  const [first] = plan.problems
  if (first === undefined) return
  const message = `"${record.sandbox.name}" cannot be restored to "${plan.snapshot.name}". ${plan.problems.join(' ')}`
  throw appError('conflict', 'restore-not-possible', message, { params: { name: record.sandbox.name } })
}

function tellOf({ plan }: Restore): string[] {
  return [...plan.changes, ...(plan.live ? liveLoss('Its', plan.sandbox) : [])]
}

/** What memory does not bring back. */
export function liveLoss(whose: string, { spec }: Pick<Sandbox, 'spec'>): string[] {
  const screen = spec.tty
    ? [`What ${whose.toLowerCase()} terminal showed is not there; it comes again as programs write.`]
    : []
  return [`${whose} network connections were dropped.`, ...screen]
}

/** Stops it and keeps what is in it. When it rejects, the sandbox is as it was, started again where it ran. */
async function leaveOld(
  ground: SnapshotGround,
  restore: Restore,
  keep: boolean,
  work: TakeWork,
): Promise<string | null> {
  const { context, sandboxes } = ground
  const { sandbox } = restore.record
  const wasRunning = ['running', 'paused'].includes(sandbox.state)
  const { live } = restore.plan
  const intent: RecordedRestore = { snapshotId: restore.snapshot.snapshot.id, live, wasRunning, switched: false }
  const begun = { ...restore.record, restore: intent }
  // From the record on it cannot be removed.
  if (!ground.snapshotRecords.get(intent.snapshotId)) throw snapshotGone()
  context.records.put(begun)
  try {
    await ground.step('begun')
    if (wasRunning) {
      context.records.put({ ...withSandbox(begun, { state: 'stopping' }), stopAsked: true })
      await endMainProcess(context, sandboxes.endings, begun, sandbox.spec.stopGraceMs)
    }
    await ground.step('stopped')
    return keep ? await keepOld(ground, read(ground, sandbox.id), work) : null
  } catch (error) {
    // Where the agent is leaving, the next one takes it back.
    if (!context.signal.aborted) await takeBackRestore(ground, sandbox.id)
    throw error
  }
}

async function keepOld(
  ground: SnapshotGround,
  record: SandboxRecord,
  { signal, onProgress }: TakeWork,
): Promise<string> {
  const wish = { reason: 'before-restore' as const, live: false }
  const work = { signal, began: performance.now(), ...(onProgress && { onProgress }) }
  return (await takeSnapshotOf(ground, record, wish, work)).id
}

function read({ context }: SnapshotGround, id: string): SandboxRecord {
  const record = context.records.get(id)
  if (record) return record
  throw appError('notFound', 'sandbox-removed', 'The sandbox was removed meanwhile.')
}

function snapshotGone(): AppError {
  return appError('notFound', 'snapshot-removed', 'The snapshot was removed meanwhile.')
}

/** From here on it is what the snapshot was. What lies in the place of its writable layer goes afterwards. */
function switchOver(ground: SnapshotGround, { spec, plan, record }: Restore): SandboxRecord {
  const { context, snapshotRecords } = ground
  const now = read(ground, record.sandbox.id)
  const snapshot = snapshotRecords.get(plan.snapshot.id)
  if (!snapshot || now.restore === null) throw snapshotGone()
  const { image, imageDigest, argv, id } = snapshot.snapshot
  const shown = { state: 'changing' as const, class: spec.class, spec, image, imageDigest, argv, parentId: id }
  const switched = {
    ...withSandbox(now, shown),
    layers: standOn(context, snapshot, plan.live).layers,
    staleDisk: true,
    restore: { ...now.restore, switched: true },
  }
  context.records.put(switched)
  return switched
}

/** A disk is put back as a disk: for memory because it must be, and else because it is quicker than to read and build it anew. */
export function standOn(
  { drivers }: Pick<SandboxContext, 'drivers'>,
  { snapshot, layers, topIsDisk }: SnapshotRecord,
  live: boolean,
): { readonly layers: string[]; readonly disk: string | null } {
  const [top, ...rest] = layers
  const isImage = drivers.get(snapshot.class)?.disk === 'image'
  const putsBack = topIsDisk === true && top !== undefined && (isImage || live)
  return putsBack ? { layers: rest, disk: top } : { layers: [...layers], disk: null }
}

/** After the switch: the old writable layer goes, the disk comes, and it starts where it is to. Repeatable. */
async function arrive(ground: SnapshotGround, switched: SandboxRecord): Promise<Sandbox> {
  const { context, snapshotRecords, sandboxes } = ground
  const { restore, sandbox } = switched
  const snapshot = restore && snapshotRecords.get(restore.snapshotId)
  if (!restore || !snapshot) return sandbox
  try {
    const record = await clearStaleDisk(context, switched)
    await ground.step('cleared')
    const { disk } = standOn(context, snapshot, restore.live)
    if (disk !== null) await putDisk(ground, sandbox.id, disk, context.signal)
    const runs = restore.live || restore.wasRunning
    if (!runs) return atRest(ground, record)
    const begin = restore.live ? beginLive(ground, snapshot) : undefined
    const launched = await launch(context, record, context.signal, begin)
    await ground.step('launched')
    const running = { ...launched, restore: null, staleDisk: false }
    context.records.put(running)
    if (sandbox.spec.networkName !== null) await sandboxes.hosts.settled()
    return running.sandbox
  } catch (error) {
    // The next agent goes on from here.
    if (context.signal.aborted) throw error
    throw failToStart(ground, sandbox, error)
  }
}

export async function putDisk(
  { context, layers }: SnapshotGround,
  id: string,
  layer: string,
  signal: AbortSignal,
): Promise<void> {
  const { folder, disk } = context.folder.sandbox(id)
  await rm(disk, { force: true })
  await mkdir(folder, { recursive: true })
  await layers.copyDiskTo(layer, disk, signal)
}

/** Has a sandbox begin where the memory of a snapshot ends. */
export function beginLive(ground: SnapshotGround, snapshot: SnapshotRecord): Begin {
  return async (driver, plan, signal) => {
    const saving = liveSaving(driver)
    if (!saving)
      throw appError('unavailable', 'live-not-in-class', `The class "${driver.class}" cannot restore memory.`)
    return saving.restoreState(plan, stateFolder(ground, snapshot.snapshot.id), signal)
  }
}

function atRest({ context }: SnapshotGround, record: SandboxRecord): Sandbox {
  const state = record.sandbox.startedAt === null ? 'created' : 'stopped'
  const resting = { ...withSandbox(record, { state }), restore: null }
  context.records.put(resting)
  return resting.sandbox
}

/** It is what the snapshot was, and stopped. Kept, whatever was to happen at its end. */
function failToStart(ground: SnapshotGround, { id, name }: Sandbox, error: unknown): AppError {
  const { context, sandboxes } = ground
  const { wire } = AppError.from(error)
  const text = `Was put back to where it was, but did not start: ${wire.message}`
  const exit = { code: null, reason: 'start-failed' as const, message: text, at: context.now().toISOString() }
  const stopped = withSandbox(read(ground, id), { state: 'stopped', exit, pid: null, address: null, ports: [] })
  context.records.put({ ...stopped, monitorPid: null, lease: null, stopAsked: false, restore: null })
  sandboxes.endings.settle(id, exit)
  return new AppError({
    ...wire,
    message: `"${name}" was put back to where it was, but did not start: ${wire.message}`,
  })
}

/** Nothing was switched: as if nothing had been asked, started again where it was stopped for it. */
async function takeBackRestore(ground: SnapshotGround, id: string): Promise<void> {
  const { context } = ground
  const record = context.records.get(id)
  if (!record?.restore) return
  const { wasRunning } = record.restore
  const { state } = record.sandbox
  if (state === 'stopping') {
    const phase = await driverOf(context, record.sandbox.class).phase(id)
    const shown = phase === 'running' || phase === 'paused' ? { state: phase } : {}
    context.records.put({ ...withSandbox(record, shown), restore: null, stopAsked: false })
    return
  }
  if (!wasRunning || !['stopped', 'created', 'starting', 'changing'].includes(state)) {
    context.records.put({ ...record, restore: null, stopAsked: false })
    return
  }
  try {
    const launched = await launch(context, record, context.signal)
    context.records.put({ ...launched, restore: null })
  } catch (error) {
    const { message } = AppError.from(error).wire
    const text = `Did not start again after a restore that was taken back: ${message}`
    const exit = { code: null, reason: 'start-failed' as const, message: text, at: context.now().toISOString() }
    const kept = context.records.get(id) ?? record
    context.records.put({ ...withSandbox(kept, { state: 'stopped', exit }), restore: null })
    ground.sandboxes.endings.settle(id, exit)
  }
}

/** What an agent has left of a restore, for the holder of the lock. Gives a sentence. */
export async function resumeRestore(ground: SnapshotGround, record: SandboxRecord): Promise<string> {
  const { context } = ground
  const { sandbox, restore } = record
  const driver = context.drivers.get(sandbox.class)
  if (restore?.switched !== true) {
    await takeBackRestore(ground, sandbox.id)
    return `"${sandbox.name}" was being restored when the agent died. That was taken back; restore it again.`
  }
  if (['running', 'paused'].includes(sandbox.state)) {
    context.records.put({ ...record, restore: null, staleDisk: false })
    return `The restore of "${sandbox.name}" was finished.`
  }
  // What is neither running nor at rest was half started.
  if (driver) await tidy(context, driver, record, record.lease)
  await arrive(ground, record)
  return `The restore of "${sandbox.name}" was finished.`
}
