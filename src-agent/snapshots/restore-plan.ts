import { statfs } from 'node:fs/promises'
import { appError } from '#contract/app-error'
import { formatBytes } from '#contract/byte-size'
import type { Said } from '#contract/reasons/define'
import type { Sandbox, SandboxSpec } from '#contract/sandbox'
import { listOf, saidOf, sentence } from '#contract/sentence'
import type { RestorePlan } from '#contract/snapshot'
import { explainFailure } from '../base/failures/machine-failure.ts'
import type { Drivers } from '../engines/driver.ts'
import { hostRules } from '../sandboxes/host-paths.ts'
import { requireUsableLayers } from '../sandboxes/layer-references.ts'
import { fitPending, keepWaiting } from '../sandboxes/pending.ts'
import type { SandboxService } from '../sandboxes/sandbox-service.ts'
import { checkSpec } from '../sandboxes/spec-policy.ts'
import type { StateFolder } from '../state/folder.ts'
import type { SandboxRecord, SandboxRecords } from '../state/records/sandbox-records.ts'
import type { SnapshotRecord, SnapshotStore } from '../state/records/snapshot-records.ts'
import { measureLayer } from '../storage/ext4/layer-to-disk.ts'
import type { ImageStore } from '../storage/images/image-store.ts'
import type { LayerStore } from '../storage/layers/layer-store.ts'
import type { LimitedDisks } from '../storage/limited/limited-disks.ts'
import { findSnapshot } from './find-snapshot.ts'
import { fitSpec } from './restore-spec.ts'
import { requireWholeState } from './take-live.ts'
import { whyUnusable } from './usable.ts'

interface Deps {
  readonly records: SandboxRecords
  readonly folder: StateFolder
  readonly images: ImageStore
  readonly layers: LayerStore
  readonly limitedDisks: LimitedDisks
  readonly snapshotRecords: SnapshotStore
  readonly drivers: Drivers
  readonly sandboxes: Pick<SandboxService, 'find'>
  /** Saved memories that were found whole, by id of their snapshot: what their files looked like then. */
  readonly wholeStates: Map<string, string>
}

export interface RestoreRequest {
  readonly ref: string
  readonly sandbox?: string | undefined
  readonly live?: boolean | undefined
}

export interface Restore {
  readonly plan: RestorePlan
  readonly snapshot: SnapshotRecord
  readonly record: SandboxRecord
  readonly spec: SandboxSpec
  /** What waited for its next start, and does so afterwards. */
  readonly pending: Sandbox['pending']
  /** The problems and changes of the plan, as they are said in other sentences. */
  readonly problems: readonly Said[]
  readonly changes: readonly Said[]
}

/** What restoring in place would lose and change, and what forbids it. Changes nothing. */
export async function planRestore(deps: Deps, request: RestoreRequest, signal: AbortSignal): Promise<RestorePlan> {
  return (await prepareRestore(deps, request, signal)).plan
}

export async function prepareRestore(deps: Deps, request: RestoreRequest, signal: AbortSignal): Promise<Restore> {
  const snapshot = findSnapshot(deps, request.ref)
  const record = targetOf(deps, snapshot, request.sandbox)
  const live = request.live ?? (snapshot.snapshot.live !== null && whyUnusable(deps, snapshot) === null)
  const { spec, changes: others } = fitSpec(record.sandbox, snapshot.snapshot)
  const pending = await pendingAfter(deps, record, snapshot, spec)
  const changes = pending === null ? others : [...others, sentence('restore-keeps-pending')]
  const { neededBytes, freeBytes } = await measureRoom(deps, snapshot, record)
  const problems = [
    ...stateProblems(record),
    ...(await sourceProblems(deps, snapshot, { live, class: spec.class })),
    ...(await specProblems(deps, spec)),
    ...roomProblems(neededBytes, freeBytes),
  ]
  const plan: RestorePlan = {
    snapshot: snapshot.snapshot,
    sandbox: record.sandbox,
    live,
    ...wordLists(await describeLoss(deps, record, signal), changes, problems),
    neededBytes,
    freeBytes,
  }
  return { plan, snapshot, record, spec, pending, problems, changes }
}

async function pendingAfter(
  deps: Deps,
  { sandbox: { pending } }: SandboxRecord,
  { snapshot: { argv, imageDigest } }: SnapshotRecord,
  spec: SandboxSpec,
): Promise<Sandbox['pending']> {
  if (pending === null) return null
  const fitted = await fitPending(pending, spec, hostRules(deps))
  return keepWaiting(fitted, { spec, argv, image: deps.images.find(imageDigest).config })
}

type PlanLists = Omit<RestorePlan, 'snapshot' | 'sandbox' | 'live' | 'neededBytes' | 'freeBytes'>

function wordLists(lost: readonly Said[], changes: readonly Said[], problems: readonly Said[]): PlanLists {
  const [losses, others, reasons] = [listOf(lost), listOf(changes), listOf(problems)]
  return {
    ...{ lost: losses.texts, lostWordings: losses.wordings },
    ...{ changes: others.texts, changesWordings: others.wordings },
    ...{ problems: reasons.texts, problemsWordings: reasons.wordings },
  }
}

function targetOf(
  deps: Pick<Deps, 'records' | 'sandboxes'>,
  { snapshot }: SnapshotRecord,
  ref: string | undefined,
): SandboxRecord {
  if (ref !== undefined) return deps.sandboxes.find(ref)
  const record = deps.records.get(snapshot.sandboxId)
  if (record) return record
  throw appError('sandbox-of-snapshot-gone', { name: snapshot.sandboxName })
}

function stateProblems({ sandbox, change }: SandboxRecord): Said[] {
  const isSettled = ['created', 'stopped', 'running', 'paused'].includes(sandbox.state) && change === null
  return isSettled ? [] : [sentence('restore-sandbox-busy', { name: sandbox.name, state: sandbox.state })]
}

/** Sentences that forbid to start anything from the snapshot. */
export async function sourceProblems(
  deps: Pick<Deps, 'folder' | 'images' | 'layers' | 'snapshotRecords' | 'drivers' | 'wholeStates'>,
  record: SnapshotRecord,
  wish: { readonly live: boolean; readonly class: string },
): Promise<Said[]> {
  const { snapshot } = record
  const { name } = snapshot
  if (snapshot.state === 'creating') return [sentence('restore-snapshot-in-making', { snapshot: name })]
  if (snapshot.state === 'damaged') {
    const { problem, problemWording } = snapshot
    const how = problem === null ? {} : { how: saidOf(problem, problemWording) }
    return [sentence('restore-snapshot-damaged', { snapshot: name, ...how })]
  }
  const checks: (() => unknown)[] = [
    () => requireUsableLayers(deps, record.layers),
    () => deps.images.find(snapshot.imageDigest),
    ...(wish.live && snapshot.live ? [() => requireWholeState(deps, record)] : []),
  ]
  const found: Said[] = []
  for (const check of checks) found.push(...(await failureOf(check)))
  if (!deps.drivers.has(wish.class as never)) {
    found.push(sentence('restore-class-not-offered', { class: wish.class }))
  }
  if (!wish.live) return found
  if (snapshot.live === null) return [...found, sentence('restore-without-memory', { snapshot: name })]
  if (wish.class !== snapshot.class) return [...found, sentence('restore-memory-in-class')]
  const why = whyUnusable(deps, record)
  return why === null ? found : [...found, why]
}

async function specProblems(deps: Pick<Deps, 'records' | 'folder'>, spec: SandboxSpec): Promise<Said[]> {
  return failureOf(() => checkSpec(spec, hostRules(deps)))
}

async function failureOf(work: () => unknown): Promise<Said[]> {
  try {
    await work()
    return []
  } catch (error) {
    return [explainFailure(error).wire]
  }
}

const spareBytes = 4 * 2 ** 20

/** Folders are moved, which takes no room, but from a limited disk; a disk is copied once to be kept and once to be put back. */
async function measureRoom(
  deps: Pick<Deps, 'folder' | 'layers' | 'drivers' | 'limitedDisks'>,
  snapshot: SnapshotRecord,
  { sandbox }: SandboxRecord,
): Promise<{ neededBytes: number; freeBytes: number }> {
  const { bavail, bsize } = await statfs(deps.folder.home)
  const own = snapshot.topIsDisk === true ? snapshot.layers[0] : undefined
  const back = own === undefined ? 0 : await deps.layers.diskBytes(own).catch(() => 0)
  const isImage = deps.drivers.get(sandbox.class)?.disk === 'image'
  const kept = (await deps.limitedDisks.sizeOf(deps.folder.sandbox(sandbox.id)))?.used ?? 0
  return { neededBytes: spareBytes + kept + back * (isImage ? 2 : 1), freeBytes: bavail * bsize }
}

function roomProblems(needed: number, free: number): Said[] {
  if (needed <= free) return []
  const mebibytes = (bytes: number) => Math.ceil(bytes / 2 ** 20)
  return [sentence('restore-no-room', { needed: mebibytes(needed), free: mebibytes(free) })]
}

async function describeLoss(
  deps: Pick<Deps, 'folder' | 'snapshotRecords'>,
  { sandbox }: SandboxRecord,
  signal: AbortSignal,
): Promise<Said[]> {
  const parent = sandbox.parentId === null ? undefined : deps.snapshotRecords.get(sandbox.parentId)?.snapshot
  const { upper } = deps.folder.sandbox(sandbox.id)
  const size = await measureLayer(upper, signal).catch(() => null)
  const lost = sentence('loses-files', {
    snapshot: parent?.name ?? '',
    ...(size && { entries: size.entries - 1, kibibytes: Math.ceil(size.bytes / 1024), size: formatBytes(size.bytes) }),
  })
  if (!['running', 'paused'].includes(sandbox.state)) return [lost]
  return [lost, sentence('loses-processes'), sentence('loses-connections')]
}
