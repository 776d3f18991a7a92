import { statfs } from 'node:fs/promises'
import { AppError, appError } from '#contract/app-error'
import type { SandboxSpec } from '#contract/sandbox'
import type { RestorePlan } from '#contract/snapshot'
import { measureLayer } from '../storage/ext4/layer-to-disk.ts'
import { joeyFolders } from '../sandboxes/host-paths.ts'
import { requireUsableLayers } from '../sandboxes/layer-references.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { checkSpec } from '../sandboxes/spec-policy.ts'
import { findSnapshot } from './find-snapshot.ts'
import { fitSpec } from './restore-spec.ts'
import type { SnapshotGround } from './snapshot-ground.ts'
import type { SnapshotRecord } from '../state/records/snapshot-records.ts'
import { requireWholeState } from './take-live.ts'
import { whyUnusable } from './usable.ts'

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
}

/** What restoring in place would lose and change, and what forbids it. Changes nothing. */
export async function planRestore(
  ground: SnapshotGround,
  request: RestoreRequest,
  signal: AbortSignal,
): Promise<RestorePlan> {
  return (await prepareRestore(ground, request, signal)).plan
}

export async function prepareRestore(
  ground: SnapshotGround,
  request: RestoreRequest,
  signal: AbortSignal,
): Promise<Restore> {
  const snapshot = findSnapshot(ground, request.ref)
  const record = targetOf(ground, snapshot, request.sandbox)
  const live = request.live ?? (snapshot.snapshot.live !== null && whyUnusable(ground, snapshot) === null)
  const { spec, changes } = fitSpec(record.sandbox, snapshot.snapshot)
  const { neededBytes, freeBytes } = await measureRoom(ground, snapshot, record)
  const plan: RestorePlan = {
    snapshot: snapshot.snapshot,
    sandbox: record.sandbox,
    live,
    lost: await describeLoss(ground, record, signal),
    changes,
    problems: [
      ...stateProblems(record),
      ...(await sourceProblems(ground, snapshot, { live, class: spec.class })),
      ...(await specProblems(ground, spec)),
      ...roomProblems(neededBytes, freeBytes),
    ],
    neededBytes,
    freeBytes,
  }
  return { plan, snapshot, record, spec }
}

function targetOf(
  { context, sandboxes }: SnapshotGround,
  { snapshot }: SnapshotRecord,
  ref: string | undefined,
): SandboxRecord {
  if (ref !== undefined) return sandboxes.find(ref)
  const record = context.records.get(snapshot.sandboxId)
  if (record) return record
  const message = `"${snapshot.sandboxName}", of which the snapshot was taken, has been removed. Fork the snapshot, or say which sandbox to restore.`
  throw appError('notFound', 'sandbox-of-snapshot-gone', message, { params: { name: snapshot.sandboxName } })
}

function stateProblems({ sandbox, change }: SandboxRecord): string[] {
  const isSettled = ['created', 'stopped', 'running', 'paused'].includes(sandbox.state) && change === null
  return isSettled ? [] : [`"${sandbox.name}" is ${sandbox.state}. Wait until that is done.`]
}

/** Sentences that forbid to start anything from the snapshot. */
export async function sourceProblems(
  ground: SnapshotGround,
  record: SnapshotRecord,
  wish: { readonly live: boolean; readonly class: string },
): Promise<string[]> {
  const { snapshot } = record
  const { context } = ground
  if (snapshot.state === 'creating') return [`The snapshot "${snapshot.name}" is still being made.`]
  if (snapshot.state === 'damaged') {
    return [
      `The snapshot "${snapshot.name}" is damaged, so nothing is started from it. ${snapshot.problem ?? ''}`.trim(),
    ]
  }
  const checks: (() => unknown)[] = [
    () => requireUsableLayers(context, record.layers),
    () => context.images.find(snapshot.imageDigest),
    ...(wish.live && snapshot.live ? [() => requireWholeState(ground, record)] : []),
  ]
  const found: string[] = []
  for (const check of checks) found.push(...(await sentenceOf(check)))
  if (!context.drivers.has(wish.class as never)) {
    found.push(`This machine does not offer the class "${wish.class}" now. "joey doctor" says why.`)
  }
  if (!wish.live) return found
  if (snapshot.live === null) return [...found, `The snapshot "${snapshot.name}" holds no memory, only the disk.`]
  if (wish.class !== snapshot.class)
    return [...found, 'Memory can be restored only in the class in which it was saved.']
  const why = whyUnusable(ground, record)
  return why === null ? found : [...found, why]
}

async function specProblems({ context }: SnapshotGround, spec: SandboxSpec): Promise<string[]> {
  return sentenceOf(() => checkSpec(spec, joeyFolders(context.folder)))
}

async function sentenceOf(work: () => unknown): Promise<string[]> {
  try {
    await work()
    return []
  } catch (error) {
    return [AppError.from(error).wire.message]
  }
}

const spareBytes = 4 * 2 ** 20

/** Folders are moved, which takes no room; a disk is copied once to be kept and once to be put back. */
async function measureRoom(
  { context, layers }: SnapshotGround,
  snapshot: SnapshotRecord,
  { sandbox }: SandboxRecord,
): Promise<{ neededBytes: number; freeBytes: number }> {
  const { bavail, bsize } = await statfs(context.folder.home)
  const own = snapshot.topIsDisk === true ? snapshot.layers[0] : undefined
  const back = own === undefined ? 0 : await layers.diskBytes(own).catch(() => 0)
  const isImage = context.drivers.get(sandbox.class)?.disk === 'image'
  return { neededBytes: spareBytes + back * (isImage ? 2 : 1), freeBytes: bavail * bsize }
}

function roomProblems(needed: number, free: number): string[] {
  if (needed <= free) return []
  const mebibytes = (bytes: number) => Math.ceil(bytes / 2 ** 20)
  return [`It needs ${mebibytes(needed)} MiB, and ${mebibytes(free)} MiB are free. Make room, then try again.`]
}

async function describeLoss(
  { context, snapshotRecords }: SnapshotGround,
  { sandbox }: SandboxRecord,
  signal: AbortSignal,
): Promise<string[]> {
  const parent = sandbox.parentId === null ? undefined : snapshotRecords.get(sandbox.parentId)?.snapshot
  const since = parent ? `since the snapshot "${parent.name}"` : 'since it was created'
  const { upper } = context.folder.sandbox(sandbox.id)
  const size = await measureLayer(upper, signal).catch(() => null)
  const much = size === null ? '' : ` (${size.entries - 1} entries, ${Math.ceil(size.bytes / 1024)} KiB)`
  const lost = [`What was changed in its files ${since}${much}, unless it is kept as a snapshot first.`]
  if (!['running', 'paused'].includes(sandbox.state)) return lost
  return [
    ...lost,
    'All processes that run in it, with what they hold in memory.',
    'Its open terminals and network connections.',
  ]
}
