import { AppError, appError } from '#contract/app-error'
import type { IsolationClass, Sandbox, SandboxSpec } from '#contract/sandbox'
import { listOf, type Sentence, sentence, type Wording } from '#contract/sentence'
import type { Snapshot } from '#contract/snapshot'
import type { KeyedLock } from '../base/async/locks.ts'
import { liveSaving } from '../engines/driver.ts'
import type { MemoryCeiling } from '../engines/memory-ceiling.ts'
import { driverOf } from '../sandboxes/find-driver.ts'
import { hostRules } from '../sandboxes/host-paths.ts'
import type { SandboxService } from '../sandboxes/sandbox-service.ts'
import { checkSpec } from '../sandboxes/spec-policy.ts'
import type { Trees } from '../sandboxes/trees.ts'
import { mountsOfVolumes } from '../sandboxes/volumes.ts'
import type { SnapshotRecord } from '../state/records/snapshot-records.ts'
import { findSnapshot } from './find-snapshot.ts'
import { nameForks } from './fork-names.ts'
import { type Fork, type ForkPlan, forkOne } from './fork-one.ts'
import { removeSnapshot } from './remove-snapshot.ts'
import { sourceProblems } from './restore-plan.ts'
import { liveLoss } from './restore-steps.ts'
import { type TakeStepsDeps, takeSnapshotOf } from './take-steps.ts'
import type { TakeWork } from './take-work.ts'
import { whyUnusable } from './usable.ts'

export interface ForkDeps extends TakeStepsDeps {
  readonly lock: KeyedLock
  readonly memoryCeiling: Pick<MemoryCeiling, 'ensure'>
  readonly sandboxes: Pick<SandboxService, 'endings' | 'find' | 'hosts'>
  readonly trees: Trees
}

export interface ForkRequest {
  readonly snapshot?: string | undefined
  readonly sandbox?: string | undefined
  readonly count: number
  readonly prefix?: string | undefined
  readonly live?: boolean | undefined
  readonly start: boolean
  readonly class?: IsolationClass | undefined
}

export interface ForkOutcome {
  readonly sandboxes: Sandbox[]
  readonly snapshot: Snapshot
  readonly pauseMs: number
  readonly messages: string[]
  readonly messagesWordings: Wording[]
}

/** So many at a time: more only take the processors from each other. */
const atOnce = 4

/**
 * Makes new sandboxes from a snapshot, or from a sandbox as it is now. Each is made whole or leaves nothing; those that could
 * not be made are reported. Rejects where none could.
 */
export async function forkSandboxes(deps: ForkDeps, request: ForkRequest, work: TakeWork): Promise<ForkOutcome> {
  await deps.ready()
  const parent = parentName(deps, request)
  // Before anything is made: also before the parent is paused for it.
  const names = nameForks(deps, { parent, prefix: request.prefix, count: request.count })
  const { record, pauseMs, isNew, messages: before } = await sourceOf(deps, request, work)
  try {
    const plan = await planForks(deps, record, request)
    const { sandboxes, messages } = await forkAll(deps, plan, names, work)
    const { texts, wordings } = listOf([...before, ...messages])
    return { sandboxes, snapshot: record.snapshot, pauseMs, messages: texts, messagesWordings: wordings }
  } catch (error) {
    // Nobody asked for a snapshot by itself.
    if (isNew) await removeSnapshot(deps, record.snapshot.id).catch(() => undefined)
    throw error
  }
}

function parentName(
  deps: Pick<ForkDeps, 'records' | 'snapshotRecords' | 'sandboxes'>,
  { snapshot, sandbox }: ForkRequest,
): string {
  if (snapshot !== undefined && sandbox === undefined) return findSnapshot(deps, snapshot).snapshot.sandboxName
  if (sandbox !== undefined && snapshot === undefined) return deps.sandboxes.find(sandbox).sandbox.name
  throw appError('fork-of-what')
}

interface Source {
  readonly record: SnapshotRecord
  readonly pauseMs: number
  /** Made for this fork. */
  readonly isNew: boolean
  readonly messages: readonly Sentence[]
}

async function sourceOf(deps: ForkDeps, request: ForkRequest, work: TakeWork): Promise<Source> {
  const { sandboxes, snapshotRecords } = deps
  if (request.sandbox === undefined) {
    return { record: findSnapshot(deps, request.snapshot ?? ''), pauseMs: 0, isNew: false, messages: [] }
  }
  const { id } = sandboxes.find(request.sandbox).sandbox
  const { snapshot, messages } = await deps.lock.run(id, async () => {
    const record = sandboxes.find(id)
    const wanted = request.class ?? record.sandbox.class
    const driver = driverOf(deps, record.sandbox.class)
    const can = record.sandbox.state === 'running' && wanted === driver.class && liveSaving(driver) !== null
    const live = request.live ?? (can && request.start && (await canSave(deps, id)))
    const { name, pending } = record.sandbox
    const left = pending === null ? [] : [sentence('fork-without-pending', { name })]
    const take = (withMemory: boolean) =>
      takeSnapshotOf(deps, record, { reason: 'fork', live: withMemory }, { signal: work.signal, began: work.began })
    if (!live || request.live) return { snapshot: await take(live), messages: left }
    const taken = await takeWithMemory(take)
    return { ...taken, messages: [...left, ...taken.messages] }
  })
  const record = snapshotRecords.get(snapshot.id)
  if (!record) throw appError('snapshot-removed')
  return { record, pauseMs: snapshot.pauseMs, isNew: true, messages }
}

/** From the disk alone where the memory is refused for connections that will not be there later: nobody has insisted on it. */
async function takeWithMemory(take: (withMemory: boolean) => Promise<Snapshot>) {
  try {
    return { snapshot: await take(true), messages: [] }
  } catch (error) {
    const { wire } = AppError.from(error)
    if (!['live-connections-open', 'live-connections-lingering'].includes(wire.reason)) throw error
    return { snapshot: await take(false), messages: [sentence('fork-from-disk', { why: wire })] }
  }
}

/** Where nobody insists on memory, a sandbox whose memory cannot be kept is forked from its disk. */
async function canSave(deps: Pick<ForkDeps, 'drivers' | 'sandboxes' | 'volumes'>, id: string): Promise<boolean> {
  const record = deps.sandboxes.find(id)
  const { spec, argv } = record.sandbox
  const driver = liveSaving(driverOf(deps, record.sandbox.class))
  const process = { argv, env: [], cwd: '/', uid: 0, gid: 0, additionalGids: [], tty: spec.tty }
  if (spec.volumes.some(({ own }) => own)) return false
  const hostNetwork = spec.grants.some(({ kind }) => kind === 'host-network')
  const mounts = [...spec.mounts, ...mountsOfVolumes(deps.volumes, spec)]
  return driver?.refusesSave({ mounts, grants: spec.grants, hostNetwork, process }) === null
}

/** Refuses what no fork could be made of, and says what all of them have other than the parent. */
async function planForks(
  deps: Pick<ForkDeps, 'records' | 'folder' | 'images' | 'layers' | 'snapshotRecords' | 'drivers' | 'wholeStates'>,
  record: SnapshotRecord,
  request: ForkRequest,
): Promise<ForkPlan> {
  const { snapshot } = record
  const wanted = request.class ?? snapshot.class
  const usable = snapshot.live !== null && whyUnusable(deps, record) === null
  const hasOwnVolumes = snapshot.spec.volumes.some(({ own }) => own)
  const live = request.live ?? (usable && request.start && wanted === snapshot.class && !hasOwnVolumes)
  if (live && !request.start) {
    throw appError('live-fork-not-started')
  }
  const ofVolumes = live && hasOwnVolumes ? [sentence('fork-own-volumes-live')] : []
  const [problem] = [...ofVolumes, ...(await sourceProblems(deps, record, { live, class: wanted }))]
  if (problem !== undefined) throw appError('fork-not-possible', { name: snapshot.name, problem })
  const { spec, messages } = specOfForks(snapshot, wanted, live)
  return { source: record, live, start: request.start, spec: await checkSpec(spec, hostRules(deps)), messages }
}

function specOfForks(
  snapshot: Snapshot,
  wanted: IsolationClass,
  live: boolean,
): { spec: SandboxSpec; messages: Sentence[] } {
  const { spec } = snapshot
  const fixed = spec.ports.filter(({ hostPort }) => hostPort !== 0)
  const ports = spec.ports.map((port) => ({ ...port, hostPort: 0 }))
  const moved = fixed.map(({ hostPort, guestPort }) => sentence('fork-port-moved', { hostPort, guestPort }))
  const dropped = live ? liveLoss('forks', snapshot) : []
  const { volumes, messages } = volumesOfForks(spec)
  return {
    spec: { ...spec, class: wanted, hostname: null, ports, volumes, fixedAddresses: [] },
    messages: [...moved, ...dropped, ...messages],
  }
}

/** What has a name is shared with the parent; what was made for the parent is made for each fork anew. */
function volumesOfForks({ volumes: all }: SandboxSpec): { volumes: SandboxSpec['volumes']; messages: Sentence[] } {
  const volumes = all.map(({ own, ...mount }) => (own ? { ...mount, volume: null } : mount))
  const messages = volumes.map(({ volume, target }) =>
    volume === null ? sentence('fork-volume-anew', { target }) : sentence('fork-shares-volume', { volume, target }),
  )
  return { volumes, messages }
}

async function forkAll(
  deps: ForkDeps,
  plan: ForkPlan,
  names: readonly string[],
  { signal, onProgress }: TakeWork,
): Promise<{ sandboxes: Sandbox[]; messages: Sentence[] }> {
  const results: (Fork | AppError)[] = []
  const left = names.map((name, index) => ({ name, index }))
  let done = 0
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next; next = left.shift()) {
      results[next.index] = await forkOne(deps, plan, next.name, signal).catch((error: unknown) => AppError.from(error))
      done += 1
      onProgress?.(done / names.length)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, names.length) }, worker))
  const made = results.filter((each): each is Fork => !(each instanceof AppError))
  const failures = results.flatMap((each, index) =>
    each instanceof AppError ? [{ name: names[index] ?? '', error: each }] : [],
  )
  if (made.length === 0 && failures[0]) throw failures[0].error
  const messages = [
    ...plan.messages,
    ...new Map(made.flatMap((each) => each.messages).map((each) => [each.message, each])).values(),
    ...failures.map(({ name, error }) => sentence('fork-not-made', { name, why: error.wire })),
  ]
  return { sandboxes: made.map(({ sandbox }) => sandbox), messages }
}
