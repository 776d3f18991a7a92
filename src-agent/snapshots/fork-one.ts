import { appError } from '#contract/app-error'
import type { Sandbox, SandboxSpec } from '#contract/sandbox'
import { withSandbox } from '../sandboxes/context.ts'
import { requireFreeName } from '../sandboxes/find-sandbox.ts'
import { describeChange } from '../sandboxes/grant-policy.ts'
import { newRecord } from '../sandboxes/new-record.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { launch, removeForGood } from '../sandboxes/runs.ts'
import { giveIdentity } from './identity.ts'
import { renewInside } from './identity-inside.ts'
import { beginLive, putDisk, standOn } from './restore-steps.ts'
import type { SnapshotGround } from './snapshot-ground.ts'
import type { SnapshotRecord } from '../state/records/snapshot-records.ts'

export interface ForkPlan {
  readonly source: SnapshotRecord
  readonly live: boolean
  readonly start: boolean
  readonly spec: SandboxSpec
  /** What all forks have other than the parent. */
  readonly told: readonly string[]
}

export interface Fork {
  readonly sandbox: Sandbox
  readonly told: readonly string[]
}

/** One new sandbox, or nothing. `creating` until it can be started: an agent that finds it so removes it. */
export async function forkOne(
  ground: SnapshotGround,
  plan: ForkPlan,
  name: string,
  signal: AbortSignal,
): Promise<Fork> {
  const { context, sandboxes } = ground
  signal.throwIfAborted()
  const record = putNew(ground, plan, name)
  const { id } = record.sandbox
  return context.lock.run(id, async () => {
    try {
      await ground.step('fork-begun')
      return await bringUp(ground, plan, record, AbortSignal.any([signal, context.signal]))
    } catch (error) {
      // It never ran, or not as what was asked for: there is nothing in it to keep.
      await removeForGood(context, context.records.get(id) ?? record)
      sandboxes.endings.settle(id, null)
      throw error
    }
  })
}

/** Nothing waits between the looks and the record, so no name is taken twice, and no layer vanishes. */
function putNew({ context, snapshotRecords }: SnapshotGround, plan: ForkPlan, name: string): SandboxRecord {
  const source = snapshotRecords.get(plan.source.snapshot.id)
  if (!source) throw appError('notFound', 'snapshot-removed', 'The snapshot was removed meanwhile.')
  requireFreeName(context, name)
  const { image, imageDigest, argv, id } = source.snapshot
  // All of them, also one that is put back as a disk: none may be removed before it is copied.
  const made = newRecord(context, {
    name,
    spec: plan.spec,
    argv,
    image: { reference: image, digest: imageDigest },
    state: 'created',
    parentId: id,
    layers: source.layers,
  })
  const record = withSandbox(made, { state: 'creating' })
  context.records.put(record, describeChange({ name, before: [], after: plan.spec.grants, runs: false }))
  return record
}

async function bringUp(
  ground: SnapshotGround,
  plan: ForkPlan,
  record: SandboxRecord,
  signal: AbortSignal,
): Promise<Fork> {
  const { context, sandboxes } = ground
  const told = [...(await prepareDisk(ground, plan, record, signal))]
  const standing = plan.live ? standOn(context, plan.source, true).layers : record.layers
  const ready = { ...withSandbox(record, { state: plan.start ? 'starting' : 'created' }), layers: standing }
  await ground.step('fork-prepared')
  context.records.put(ready)
  if (!plan.start) return { sandbox: ready.sandbox, told }
  const running = await launch(context, ready, signal, plan.live ? beginLive(ground, plan.source) : undefined)
  context.records.put(running)
  if (plan.spec.networkName !== null) await sandboxes.hosts.settled()
  if (plan.live) told.push(...(await renewInside(ground, running, signal)))
  return { sandbox: context.records.get(record.sandbox.id)?.sandbox ?? running.sandbox, told }
}

/** Memory goes on with the very disk of its moment; a fork that starts anew gets the files that make it another machine. */
async function prepareDisk(
  ground: SnapshotGround,
  plan: ForkPlan,
  record: SandboxRecord,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (!plan.live) return giveIdentity(ground, record, signal)
  const { disk } = standOn(ground.context, plan.source, true)
  if (disk !== null) await putDisk(ground, record.sandbox.id, disk, signal)
  return []
}
