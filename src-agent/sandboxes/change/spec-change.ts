import { AppError, appError } from '#contract/app-error'
import { pickFields } from '#contract/read-fields'
import type { Sandbox, SandboxSpec, SpecChange } from '#contract/sandbox'
import type { ChangePlan } from '#contract/sandbox-operations'
import type { KeyedLock } from '../../base/async/locks.ts'
import { explainFailure } from '../../base/failures/machine-failure.ts'
import { keyOfPort } from '../../network/host-ports.ts'
import { type SandboxRecord, withSandbox } from '../../state/records/sandbox-records.ts'
import { requireDiskLimit } from '../disk-limit.ts'
import { findRecord } from '../find-sandbox.ts'
import { hostRules } from '../host-paths.ts'
import { changeLive, isLiveKey } from '../live-changes.ts'
import { requireFittingAddresses } from '../networks.ts'
import { specToBe } from '../pending.ts'
import { resolveArgv } from '../process-plan.ts'
import { requireState } from '../require-state.ts'
import { decideRestart } from '../restart-policy.ts'
import { type SandboxMovesDeps, startRecord, stopToStartAgain } from '../sandbox-moves.ts'
import { checkChanged } from '../spec-policy.ts'
import { takeMoreVolumes } from '../volumes.ts'
import { differing, firstError, isLive, type PlanRequest, planFields, withChange } from './change-plan.ts'

export interface ChangeWish {
  readonly ref: string
  readonly change: SpecChange
  readonly restart: boolean
}

/** Other values for fields of a sandbox. */
export interface SpecChanges {
  /** What a change would do. Changes nothing. */
  plan(wish: ChangeWish): Promise<ChangePlan>
  /** All of it, or nothing. What ran before runs afterwards. `kept` is the snapshot that leads back. */
  change(wish: ChangeWish, signal: AbortSignal): Promise<{ sandbox: Sandbox; kept: string | null }>
}

export interface SpecChangeDeps extends SandboxMovesDeps {
  readonly lock: KeyedLock
  /** Makes a snapshot of one at rest, for the holder of its lock; gives its id. */
  readonly keep: (record: SandboxRecord, signal: AbortSignal) => Promise<string>
}

export function createSpecChange(deps: SpecChangeDeps): SpecChanges {
  return {
    plan: async ({ ref, change, restart }) =>
      planFields((await prepare(deps, findRecord(deps, ref), change, restart)).request),
    change({ ref, change, restart }, signal) {
      const { id } = findRecord(deps, ref).sandbox
      return deps.lock.run(id, async () => {
        const record = findRecord(deps, id)
        const prepared = await prepare(deps, record, change, restart)
        const plan = planFields(prepared.request)
        const error = firstError(prepared.request, plan)
        if (error) throw error
        const whole = withVolumes(deps, prepared)
        const kept = plan.restarts
          ? await recreate(deps, record, whole, signal)
          : await changeInPlace(deps, record, { ...whole, plan }, signal)
        await deps.hosts.settled()
        return { sandbox: deps.records.get(id)?.sandbox ?? record.sandbox, kept }
      })
    },
  }
}

interface Prepared {
  readonly request: PlanRequest
  readonly memoryFromSettings: boolean
  /** What of the record follows from the specification; null: it was refused. */
  readonly shown: Pick<Sandbox, 'image' | 'imageDigest' | 'argv'>
}

/** Checks everything that can be, and changes nothing. */
async function prepare(
  deps: SpecChangeDeps,
  record: SandboxRecord,
  change: SpecChange,
  restart: boolean,
): Promise<Prepared> {
  const { sandbox } = record
  requireState(record, ['created', 'stopped', 'running', 'paused'], 'changed')
  const before = specToBe(sandbox)
  const errors: AppError[] = []
  const attempt = async <T>(fallback: T, work: () => Promise<T> | T): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      errors.push(AppError.from(error))
      return fallback
    }
  }
  const wished = withChange(before, change)
  const after = await attempt(wished, () => checkChanged(before, wished, hostRules(deps)))
  await attempt(undefined, () => requireFittingAddresses(deps.networkRecords, after))
  await attempt(undefined, () =>
    requireDiskLimit(deps, record, { bytes: after.limits.diskBytes, runs: isLive(sandbox) }),
  )
  if (isLive(sandbox)) await attempt(undefined, () => requireFreePorts(deps, sandbox, after))
  const present = { image: sandbox.image, imageDigest: sandbox.imageDigest, argv: sandbox.argv }
  const shown = await attempt(present, () => shownOf(deps, sandbox, before, after))
  return {
    request: { sandbox, after, restart, isConnected: record.lease !== null, errors },
    memoryFromSettings: record.memoryFromSettings && change.limits?.memoryBytes === undefined,
    shown,
  }
}

/** With its new volumes made, which nothing uses before the record says so. */
function withVolumes({ volumes }: Pick<SpecChangeDeps, 'volumes'>, prepared: Prepared): Prepared {
  const { sandbox, after } = prepared.request
  const taken = takeMoreVolumes(volumes, specToBe(sandbox).volumes, after.volumes)
  return { ...prepared, request: { ...prepared.request, after: { ...after, volumes: taken } } }
}

function shownOf(deps: Pick<SpecChangeDeps, 'images'>, sandbox: Sandbox, before: SandboxSpec, after: SandboxSpec) {
  const changed = differing(before, after)
  const isNew = changed.includes('image')
  const image = deps.images.find(isNew ? after.image : sandbox.imageDigest)
  const argv = ['image', 'command', 'entrypoint'].some((key) => changed.includes(key as keyof SandboxSpec))
    ? resolveArgv(after, image.config)
    : (sandbox.pending?.argv ?? sandbox.argv)
  return { image: isNew ? after.image : sandbox.image, imageDigest: image.digest, argv }
}

/** Of another sandbox it is known before one tries. */
function requireFreePorts({ records }: Pick<SpecChangeDeps, 'records'>, { id }: Sandbox, { ports }: SandboxSpec): void {
  const others = records.all().filter(({ sandbox }) => sandbox.id !== id)
  const taken = new Set(others.flatMap(({ sandbox }) => sandbox.ports.map(keyOfPort)))
  const port = ports.find((each) => taken.has(keyOfPort(each)))
  if (port) throw appError('port-taken', { port: port.hostPort, by: 'sandbox' })
}

/** Without an end of what runs: it has at once what it can, and the rest from its next start on. */
async function changeInPlace(
  deps: SpecChangeDeps,
  record: SandboxRecord,
  { request, shown, memoryFromSettings, plan }: Prepared & { readonly plan: ChangePlan },
  signal: AbortSignal,
): Promise<string | null> {
  const { sandbox, after } = request
  const now = plan.fields.flatMap(({ field, effect }) => (effect === 'live' ? [field] : []))
  if (!isLive(sandbox)) {
    const kept = plan.keepsSnapshot ? await deps.keep(record, signal) : null
    const rested = deps.records.get(sandbox.id) ?? record
    deps.records.put({ ...withSandbox(rested, { ...shown, ...atRest(rested, after) }), memoryFromSettings })
    return kept
  }
  const live = await changeLive(deps, record, after, now.filter(isLiveKey))
  const spec = { ...sandbox.spec, ...pickFields(after, now) }
  const later = differing(spec, after)
  const pending = later.length === 0 ? null : { spec: pickFields(after, later), argv: shown.argv }
  deps.records.put({ ...withSandbox(record, { ...live, spec, pending }), memoryFromSettings })
  return null
}

/** One that waits to be started again no longer does where its policy does not want it any more. */
function atRest(record: SandboxRecord, spec: SandboxSpec): Partial<Sandbox> {
  const waitsOn = decideRestart(withSandbox(record, { spec })) !== null
  return { spec, pending: null, ...(!waitsOn && { restartsAt: null }) }
}

/** Stopped, kept as a snapshot, changed, and started. Where it does not start so, it is what it was, and runs again. */
async function recreate(
  deps: SpecChangeDeps,
  record: SandboxRecord,
  { request, shown, memoryFromSettings }: Prepared,
  signal: AbortSignal,
): Promise<string> {
  const { id } = record.sandbox
  const read = () => findRecord(deps, id)
  await stopToStartAgain(deps, record)
  const { spec, argv, image, imageDigest } = read().sandbox
  const begin = (changed: SandboxRecord) => startRecord(deps, withSandbox(changed, { restarts: 0 }), deps.signal)
  let kept: string
  try {
    kept = await deps.keep(read(), signal)
  } catch (error) {
    if (!deps.signal.aborted) await begin(read())
    throw error
  }
  deps.records.put({ ...withSandbox(read(), { ...shown, ...atRest(read(), request.after) }), memoryFromSettings })
  try {
    await begin(read())
    return kept
  } catch (error) {
    if (deps.signal.aborted) throw error
    const { wire } = explainFailure(error)
    const former = {
      ...withSandbox(read(), { spec, argv, image, imageDigest }),
      memoryFromSettings: record.memoryFromSettings,
    }
    deps.records.put(former)
    const runs = await begin(former).then(
      () => 'yes' as const,
      () => 'no' as const,
    )
    throw appError('change-not-started', { name: record.sandbox.name, problem: wire, runs }, { cause: error })
  }
}
