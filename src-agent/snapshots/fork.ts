import { AppError, appError } from '#contract/app-error'
import type { IsolationClass, Sandbox, SandboxSpec } from '#contract/sandbox'
import type { Snapshot } from '#contract/snapshot'
import { liveSaving } from '../engines/driver.ts'
import { driverOf } from '../sandboxes/context.ts'
import { joeyFolders } from '../sandboxes/host-paths.ts'
import { checkSpec } from '../sandboxes/spec-policy.ts'
import { findSnapshot } from './find-snapshot.ts'
import { nameForks } from './fork-names.ts'
import { type Fork, type ForkPlan, forkOne } from './fork-one.ts'
import { removeSnapshot } from './remove-snapshot.ts'
import { sourceProblems } from './restore-plan.ts'
import { liveLoss } from './restore-steps.ts'
import type { SnapshotGround } from './snapshot-ground.ts'
import type { SnapshotRecord } from '../state/records/snapshot-records.ts'
import { takeSnapshotOf } from './take-steps.ts'
import type { TakeWork } from './take-work.ts'
import { whyUnusable } from './usable.ts'

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
  readonly told: string[]
}

/** So many at a time: more only take the processors from each other. */
const atOnce = 4

/**
 * Makes new sandboxes from a snapshot, or from a sandbox as it is now. Each is made whole or leaves nothing; those that could
 * not be made are told. Rejects where none could.
 */
export async function forkSandboxes(
  ground: SnapshotGround,
  request: ForkRequest,
  work: TakeWork,
): Promise<ForkOutcome> {
  await ground.ready()
  const parent = parentName(ground, request)
  // Before anything is made: also before the parent stands still for it.
  const names = nameForks(ground.context, { parent, prefix: request.prefix, count: request.count })
  const { record, pauseMs, isNew } = await sourceOf(ground, request, work)
  try {
    const plan = await planForks(ground, record, request)
    const { sandboxes, told } = await forkAll(ground, plan, names, work)
    return { sandboxes, snapshot: record.snapshot, pauseMs, told }
  } catch (error) {
    // Nobody asked for a snapshot by itself.
    if (isNew) await removeSnapshot(ground, record.snapshot.id).catch(() => undefined)
    throw error
  }
}

function parentName(ground: SnapshotGround, { snapshot, sandbox }: ForkRequest): string {
  if (snapshot !== undefined && sandbox === undefined) return findSnapshot(ground, snapshot).snapshot.sandboxName
  if (sandbox !== undefined && snapshot === undefined) return ground.sandboxes.find(sandbox).sandbox.name
  throw appError('invalidRequest', 'fork-of-what', 'Say either which snapshot or which sandbox to fork.')
}

interface Source {
  readonly record: SnapshotRecord
  readonly pauseMs: number
  /** Made for this fork. */
  readonly isNew: boolean
}

async function sourceOf(ground: SnapshotGround, request: ForkRequest, work: TakeWork): Promise<Source> {
  const { context, sandboxes, snapshotRecords } = ground
  if (request.sandbox === undefined) {
    return { record: findSnapshot(ground, request.snapshot ?? ''), pauseMs: 0, isNew: false }
  }
  const { id } = sandboxes.find(request.sandbox).sandbox
  const snapshot = await context.lock.run(id, async () => {
    const record = sandboxes.find(id)
    const wanted = request.class ?? record.sandbox.class
    const driver = driverOf(context, record.sandbox.class)
    const can = record.sandbox.state === 'running' && wanted === driver.class && liveSaving(driver) !== null
    const live = request.live ?? (can && request.start && (await canSave(ground, id)))
    return takeSnapshotOf(ground, record, { reason: 'fork', live }, { signal: work.signal, began: work.began })
  })
  const record = snapshotRecords.get(snapshot.id)
  if (!record) throw appError('notFound', 'snapshot-removed', 'The snapshot was removed meanwhile.')
  return { record, pauseMs: snapshot.pauseMs, isNew: true }
}

/** Where nobody insists on memory, a sandbox whose memory cannot be kept is forked from its disk. */
async function canSave(ground: SnapshotGround, id: string): Promise<boolean> {
  const record = ground.sandboxes.find(id)
  const { spec, argv } = record.sandbox
  const driver = liveSaving(driverOf(ground.context, record.sandbox.class))
  const process = { argv, env: [], cwd: '/', uid: 0, gid: 0, additionalGids: [], tty: spec.tty }
  const hostNetwork = spec.grants.some(({ kind }) => kind === 'host-network')
  return driver?.refusesSave({ mounts: spec.mounts, grants: spec.grants, hostNetwork, process }) === null
}

/** Refuses what no fork could be made of, and says what all of them have other than the parent. */
async function planForks(ground: SnapshotGround, record: SnapshotRecord, request: ForkRequest): Promise<ForkPlan> {
  const { context } = ground
  const { snapshot } = record
  const wanted = request.class ?? snapshot.class
  const usable = snapshot.live !== null && whyUnusable(ground, record) === null
  const live = request.live ?? (usable && request.start && wanted === snapshot.class)
  if (live && !request.start) {
    const message = 'Running processes cannot go on in forks that are not started. Start them, or fork the disk only.'
    throw appError('invalidRequest', 'live-fork-not-started', message)
  }
  const [problem] = await sourceProblems(ground, record, { live, class: wanted })
  if (problem !== undefined)
    throw appError('conflict', 'fork-not-possible', problem, { params: { name: snapshot.name } })
  const { spec, told } = specOfForks(snapshot, wanted, live)
  return { source: record, live, start: request.start, spec: await checkSpec(spec, joeyFolders(context.folder)), told }
}

function specOfForks(snapshot: Snapshot, wanted: IsolationClass, live: boolean): { spec: SandboxSpec; told: string[] } {
  const { spec } = snapshot
  const fixed = spec.ports.filter(({ hostPort }) => hostPort !== 0)
  const ports = spec.ports.map((port) => ({ ...port, hostPort: 0 }))
  const moved = fixed.map(
    ({ hostPort, guestPort }) =>
      `Port ${hostPort} of this machine stays with the parent: each fork gets a free port for its port ${guestPort}.`,
  )
  const dropped = live ? liveLoss("The forks'", snapshot) : []
  return { spec: { ...spec, class: wanted, hostname: null, ports }, told: [...moved, ...dropped] }
}

async function forkAll(
  ground: SnapshotGround,
  plan: ForkPlan,
  names: readonly string[],
  { signal, onProgress }: TakeWork,
): Promise<{ sandboxes: Sandbox[]; told: string[] }> {
  const results: (Fork | AppError)[] = []
  const left = names.map((name, index) => ({ name, index }))
  let done = 0
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next; next = left.shift()) {
      results[next.index] = await forkOne(ground, plan, next.name, signal).catch((error: unknown) =>
        AppError.from(error),
      )
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
  const told = [
    ...plan.told,
    ...new Set(made.flatMap((each) => each.told)),
    ...failures.map(({ name, error }) => `"${name}" could not be made: ${error.wire.message}`),
  ]
  return { sandboxes: made.map(({ sandbox }) => sandbox), told }
}
