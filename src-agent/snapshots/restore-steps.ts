import { mkdir, rm } from 'node:fs/promises'
import { AppError, appError } from '#contract/app-error'
import { networksOf } from '#contract/networks-of'
import type { Said } from '#contract/reasons/define'
import type { Sandbox } from '#contract/sandbox'
import { listOf, type Sentence, sentence, type Wording } from '#contract/sentence'
import type { KeyedLock } from '../base/async/locks.ts'
import { explainFailure } from '../base/failures/machine-failure.ts'
import { liveSaving } from '../engines/driver.ts'
import type { MemoryCeiling } from '../engines/memory-ceiling.ts'
import { clearStaleDisk, tidy } from '../sandboxes/cleanup.ts'
import { unseenExit } from '../sandboxes/describe-exit.ts'
import { endMainProcess } from '../sandboxes/end-process.ts'
import { driverOf } from '../sandboxes/find-driver.ts'
import type { Begin } from '../sandboxes/launch.ts'
import { launch } from '../sandboxes/launch.ts'
import { dropUnnamed } from '../sandboxes/layer-references.ts'
import type { SandboxService } from '../sandboxes/sandbox-service.ts'
import type { RecordedRestore, SandboxRecord } from '../state/records/sandbox-records.ts'
import { withSandbox } from '../state/records/sandbox-records.ts'
import type { SnapshotRecord } from '../state/records/snapshot-records.ts'
import { prepareRestore, type Restore, type RestoreRequest } from './restore-plan.ts'
import { stateFolder } from './state-folder.ts'
import { type TakeStepsDeps, takeSnapshotOf } from './take-steps.ts'
import type { TakeWork } from './take-work.ts'

export interface RestoreStepsDeps extends TakeStepsDeps {
  readonly lock: KeyedLock
  readonly memoryCeiling: Pick<MemoryCeiling, 'ensure'>
  readonly sandboxes: Pick<SandboxService, 'endings' | 'find' | 'hosts'>
}

export interface RestoreOutcome {
  readonly sandbox: Sandbox
  readonly kept: string | null
  readonly messages: string[]
  readonly messagesWordings: Wording[]
}

/**
 * Puts a sandbox back to where it was. Each step is on record first: until the switch the sandbox is what it was and a later agent
 * takes everything back; from the switch on it is what the snapshot was and a later agent finishes.
 */
export async function restoreInPlace(
  deps: RestoreStepsDeps,
  request: RestoreRequest & { readonly keep: boolean },
  work: TakeWork,
): Promise<RestoreOutcome> {
  await deps.ready()
  const { id } = (await prepareRestore(deps, request, work.signal)).record.sandbox
  return deps.lock.run(id, async () => {
    // Anew: it may have changed while others held the lock.
    const restore = await prepareRestore(deps, { ...request, sandbox: id }, work.signal)
    requirePossible(restore)
    const kept = await leaveOld(deps, restore, request.keep, work)
    const switched = switchOver(deps, restore)
    await deps.step('switched')
    const sandbox = await arrive(deps, switched)
    // The layers that only the old state stood on; where it was kept, the kept one names them.
    await dropUnnamed(deps, restore.record.layers)
    const { texts, wordings } = listOf(messagesOf(restore))
    return { sandbox, kept, messages: texts, messagesWordings: wordings }
  })
}

function requirePossible({ plan, record, problems }: Restore): void {
  if (problems.length === 0) return
  throw appError('restore-not-possible', {
    name: record.sandbox.name,
    snapshot: plan.snapshot.name,
    problems,
  })
}

function messagesOf({ plan, changes }: Restore): Said[] {
  return [...changes, ...(plan.live ? liveLoss('sandbox', plan.sandbox) : [])]
}

/** What memory does not bring back. */
export function liveLoss(whose: 'sandbox' | 'forks', { spec }: Pick<Sandbox, 'spec'>): Sentence[] {
  const screen = spec.tty ? [sentence('dropped-screen', { whose })] : []
  return [sentence('dropped-connections', { whose }), ...screen]
}

/** Stops it and keeps what is in it. When it rejects, the sandbox is as it was, started again where it ran. */
async function leaveOld(
  deps: RestoreStepsDeps,
  restore: Restore,
  keep: boolean,
  work: TakeWork,
): Promise<string | null> {
  const { sandboxes } = deps
  const { sandbox } = restore.record
  const wasRunning = ['running', 'paused'].includes(sandbox.state)
  const { live } = restore.plan
  const intent: RecordedRestore = { snapshotId: restore.snapshot.snapshot.id, live, wasRunning, switched: false }
  const begun = { ...restore.record, restore: intent }
  // From the record on it cannot be removed.
  if (!deps.snapshotRecords.get(intent.snapshotId)) throw snapshotGone()
  deps.records.put(begun)
  try {
    await deps.step('begun')
    if (wasRunning) {
      deps.records.put({ ...withSandbox(begun, { state: 'stopping' }), stopAsked: true })
      await endMainProcess(deps, sandboxes.endings, begun, sandbox.spec.stopGraceMs)
    }
    await deps.step('stopped')
    return keep ? await keepOld(deps, read(deps, sandbox.id), work) : null
  } catch (error) {
    // Where the agent is leaving, the next one takes it back.
    if (!deps.signal.aborted) await takeBackRestore(deps, sandbox.id)
    throw error
  }
}

async function keepOld(
  deps: RestoreStepsDeps,
  record: SandboxRecord,
  { signal, onProgress }: TakeWork,
): Promise<string> {
  const wish = { reason: 'before-restore' as const, live: false }
  const work = { signal, began: performance.now(), ...(onProgress && { onProgress }) }
  return (await takeSnapshotOf(deps, record, wish, work)).id
}

function read(deps: Pick<RestoreStepsDeps, 'records'>, id: string): SandboxRecord {
  const record = deps.records.get(id)
  if (record) return record
  throw appError('sandbox-removed', { during: 'work' })
}

function snapshotGone(): AppError {
  return appError('snapshot-removed')
}

/** From here on it is what the snapshot was. What lies in the place of its writable layer goes afterwards. */
function switchOver(
  deps: Pick<RestoreStepsDeps, 'records' | 'snapshotRecords' | 'drivers'>,
  { spec, pending, plan, record }: Restore,
): SandboxRecord {
  const { snapshotRecords } = deps
  const now = read(deps, record.sandbox.id)
  const snapshot = snapshotRecords.get(plan.snapshot.id)
  if (!snapshot || now.restore === null) throw snapshotGone()
  const { image, imageDigest, argv, id } = snapshot.snapshot
  const shown = { state: 'changing' as const, class: spec.class, spec, pending, image, imageDigest, argv, parentId: id }
  const switched = {
    ...withSandbox(now, shown),
    layers: standOn(deps, snapshot, plan.live).layers,
    staleDisk: true,
    restore: { ...now.restore, switched: true },
  }
  deps.records.put(switched)
  return switched
}

/** A disk is put back as a disk: for memory because it must be, and else because it is quicker than to read and build it anew. */
export function standOn(
  deps: Pick<RestoreStepsDeps, 'drivers'>,
  { snapshot, layers, topIsDisk }: SnapshotRecord,
  live: boolean,
): { readonly layers: string[]; readonly disk: string | null } {
  const [top, ...rest] = layers
  const isImage = deps.drivers.get(snapshot.class)?.disk === 'image'
  const putsBack = topIsDisk === true && top !== undefined && (isImage || live)
  return putsBack ? { layers: rest, disk: top } : { layers: [...layers], disk: null }
}

/** After the switch: the old writable layer goes, the disk comes, and it starts where it is to. Repeatable. */
async function arrive(deps: RestoreStepsDeps, switched: SandboxRecord): Promise<Sandbox> {
  const { snapshotRecords, sandboxes } = deps
  const { restore, sandbox } = switched
  const snapshot = restore && snapshotRecords.get(restore.snapshotId)
  if (!restore || !snapshot) return sandbox
  try {
    const record = await clearStaleDisk(deps, switched)
    await deps.step('cleared')
    const { disk } = standOn(deps, snapshot, restore.live)
    if (disk !== null) await putDisk(deps, sandbox.id, disk, deps.signal)
    const runs = restore.live || restore.wasRunning
    if (!runs) return atRest(deps, record)
    const begin = restore.live ? beginLive(deps, snapshot) : undefined
    const launched = await launch(deps, record, deps.signal, begin)
    await deps.step('launched')
    const running = { ...launched, restore: null, staleDisk: false }
    deps.records.put(running)
    if (networksOf(sandbox.spec).length > 0) await sandboxes.hosts.settled()
    return running.sandbox
  } catch (error) {
    // The next agent goes on from here.
    if (deps.signal.aborted) throw error
    throw failToStart(deps, sandbox, error)
  }
}

export async function putDisk(
  deps: Pick<RestoreStepsDeps, 'folder' | 'layers'>,
  id: string,
  layer: string,
  signal: AbortSignal,
): Promise<void> {
  const { folder, disk } = deps.folder.sandbox(id)
  await rm(disk, { force: true })
  await mkdir(folder, { recursive: true })
  await deps.layers.copyDiskTo(layer, disk, signal)
}

/** Has a sandbox begin where the memory of a snapshot ends. */
export function beginLive(deps: Pick<RestoreStepsDeps, 'folder'>, snapshot: SnapshotRecord): Begin {
  return async (driver, plan, signal, beforeGuest) => {
    const saving = liveSaving(driver)
    if (!saving) throw appError('live-not-in-class', { class: driver.class, doing: 'restore' })
    const running = await saving.restoreState(plan, stateFolder(deps, snapshot.snapshot.id), signal)
    // Engines go on with a guest in one step.
    await beforeGuest()
    return running
  }
}

function atRest(deps: Pick<RestoreStepsDeps, 'records'>, record: SandboxRecord): Sandbox {
  const state = record.sandbox.startedAt === null ? 'created' : 'stopped'
  const resting = { ...withSandbox(record, { state }), restore: null }
  deps.records.put(resting)
  return resting.sandbox
}

/** It is what the snapshot was, and stopped. Kept, whatever was to happen at its end. */
function failToStart(
  deps: Pick<RestoreStepsDeps, 'records' | 'now' | 'sandboxes'>,
  { id, name }: Sandbox,
  error: unknown,
): AppError {
  const { sandboxes } = deps
  const { wire } = explainFailure(error)
  const said = sentence('exit-not-started', { after: 'restore', why: wire })
  const exit = unseenExit('start-failed', said, deps.now())
  const stopped = withSandbox(read(deps, id), {
    state: 'stopped',
    exit,
    pid: null,
    address: null,
    addresses: [],
    ports: [],
    health: null,
  })
  deps.records.put({ ...stopped, monitorPid: null, lease: null, stopAsked: false, restore: null })
  sandboxes.endings.resolveWaiters(id, exit)
  return appError(
    'restored-not-started',
    { name, problem: wire },
    { cause: error, ...(wire.detail && { detail: wire.detail }) },
  )
}

/** Nothing was switched: as if nothing had been requested, started again where it was stopped for it. */
async function takeBackRestore(deps: RestoreStepsDeps, id: string): Promise<void> {
  const record = deps.records.get(id)
  if (!record?.restore) return
  const { wasRunning } = record.restore
  const { state } = record.sandbox
  if (state === 'stopping') {
    const phase = await driverOf(deps, record.sandbox.class).phase(id)
    const shown = phase === 'running' || phase === 'paused' ? { state: phase } : {}
    deps.records.put({ ...withSandbox(record, shown), restore: null, stopAsked: false })
    return
  }
  if (!wasRunning || !['stopped', 'created', 'starting', 'changing'].includes(state)) {
    deps.records.put({ ...record, restore: null, stopAsked: false })
    return
  }
  try {
    const launched = await launch(deps, record, deps.signal)
    deps.records.put({ ...launched, restore: null })
  } catch (error) {
    const said = sentence('exit-not-started', { after: 'takenBack', why: explainFailure(error).wire })
    const exit = unseenExit('start-failed', said, deps.now())
    const kept = deps.records.get(id) ?? record
    deps.records.put({ ...withSandbox(kept, { state: 'stopped', exit }), restore: null })
    deps.sandboxes.endings.resolveWaiters(id, exit)
  }
}

/** What an agent has left of a restore, for the holder of the lock. Gives a sentence. */
export async function resumeRestore(deps: RestoreStepsDeps, record: SandboxRecord): Promise<Sentence> {
  const { sandbox, restore } = record
  const { name } = sandbox
  const driver = deps.drivers.get(sandbox.class)
  if (restore?.switched !== true) {
    await takeBackRestore(deps, sandbox.id)
    return sentence('found-restore', { name, outcome: 'takenBack' })
  }
  if (['running', 'paused'].includes(sandbox.state)) {
    deps.records.put({ ...record, restore: null, staleDisk: false })
    return sentence('found-restore', { name, outcome: 'finished' })
  }
  // What is neither running nor at rest was half started.
  if (driver) await tidy(deps, driver, record, record.lease)
  await arrive(deps, record)
  return sentence('found-restore', { name, outcome: 'finished' })
}
