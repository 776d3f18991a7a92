import { appError } from '#contract/app-error'
import { networksOf } from '#contract/networks-of'
import type { Sandbox, SandboxSpec } from '#contract/sandbox'
import type { Sentence } from '#contract/sentence'
import type { KeyedLock } from '../base/async/locks.ts'
import { removeForGood } from '../sandboxes/cleanup.ts'
import { requireFreeName } from '../sandboxes/find-sandbox.ts'
import { describeChange } from '../sandboxes/grant-policy.ts'
import { type LaunchDeps, launch } from '../sandboxes/launch.ts'
import { newRecord } from '../sandboxes/new-record.ts'
import type { SandboxService } from '../sandboxes/sandbox-service.ts'
import type { Trees } from '../sandboxes/trees.ts'
import { takeVolumes } from '../sandboxes/volumes.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { withSandbox } from '../state/records/sandbox-records.ts'
import type { SnapshotRecord } from '../state/records/snapshot-records.ts'
import { giveIdentity } from './identity.ts'
import { renewInside } from './identity-inside.ts'
import { beginLive, putDisk, standOn } from './restore-steps.ts'

interface Deps extends LaunchDeps {
  readonly lock: KeyedLock
  readonly sandboxes: Pick<SandboxService, 'endings' | 'hosts'>
  readonly trees: Trees
  /** For tests: called between any two steps. */
  readonly step: (name: string) => Promise<void>
}

export interface ForkPlan {
  readonly source: SnapshotRecord
  readonly live: boolean
  readonly start: boolean
  readonly spec: SandboxSpec
  /** What all forks have other than the parent. */
  readonly messages: readonly Sentence[]
}

export interface Fork {
  readonly sandbox: Sandbox
  readonly messages: readonly Sentence[]
}

/** One new sandbox, or nothing. `creating` until it can be started: an agent that finds it so removes it. */
export async function forkOne(deps: Deps, plan: ForkPlan, name: string, signal: AbortSignal): Promise<Fork> {
  const { sandboxes } = deps
  signal.throwIfAborted()
  const record = putNew(deps, plan, name)
  const { id } = record.sandbox
  return deps.lock.run(id, async () => {
    try {
      await deps.step('fork-begun')
      return await bringUp(deps, plan, record, AbortSignal.any([signal, deps.signal]))
    } catch (error) {
      // It never ran, or not as what was requested: there is nothing in it to keep.
      await removeForGood(deps, { ...(deps.records.get(id) ?? record), volumesToo: true })
      sandboxes.endings.resolveWaiters(id, null)
      throw error
    }
  })
}

/** Nothing waits between the checks and the record, so no name is taken twice, and no layer vanishes. */
function putNew(
  deps: Pick<Deps, 'records' | 'snapshotRecords' | 'now' | 'volumes'>,
  plan: ForkPlan,
  name: string,
): SandboxRecord {
  const source = deps.snapshotRecords.get(plan.source.snapshot.id)
  if (!source) throw appError('snapshot-removed')
  requireFreeName(deps, name)
  const { image, imageDigest, argv, id } = source.snapshot
  // All of them, also one that is put back as a disk: none may be removed before it is copied.
  const made = newRecord(deps, {
    name,
    spec: plan.spec,
    argv,
    image: { reference: image, digest: imageDigest },
    state: 'created',
    parentId: id,
    layers: source.layers,
  })
  const { record } = takeVolumes(deps.volumes, withSandbox(made, { state: 'creating' }))
  deps.records.put(record, describeChange({ name, before: [], after: plan.spec.grants, runs: false }))
  return record
}

async function bringUp(deps: Deps, plan: ForkPlan, record: SandboxRecord, signal: AbortSignal): Promise<Fork> {
  const { sandboxes } = deps
  const messages = [...(await prepareDisk(deps, plan, record, signal))]
  const standing = plan.live ? standOn(deps, plan.source, true).layers : record.layers
  const ready = { ...withSandbox(record, { state: plan.start ? 'starting' : 'created' }), layers: standing }
  await deps.step('fork-prepared')
  deps.records.put(ready)
  if (!plan.start) return { sandbox: ready.sandbox, messages }
  const running = await launch(deps, ready, signal, plan.live ? beginLive(deps, plan.source) : undefined)
  deps.records.put(running)
  if (networksOf(plan.spec).length > 0) await sandboxes.hosts.settled()
  if (plan.live) messages.push(...(await renewInside(deps, running, signal)))
  return { sandbox: deps.records.get(record.sandbox.id)?.sandbox ?? running.sandbox, messages }
}

/** Memory goes on with the very disk of its moment; a fork that starts anew gets the files that make it another machine. */
async function prepareDisk(
  deps: Pick<Deps, 'folder' | 'imageMounts' | 'layers' | 'drivers' | 'trees'>,
  plan: ForkPlan,
  record: SandboxRecord,
  signal: AbortSignal,
): Promise<readonly Sentence[]> {
  if (!plan.live) return giveIdentity(deps, record, signal)
  const { disk } = standOn(deps, plan.source, true)
  if (disk !== null) await putDisk(deps, record.sandbox.id, disk, signal)
  return []
}
