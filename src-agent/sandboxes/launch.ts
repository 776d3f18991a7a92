import { AppError } from '#contract/app-error'
import { notice } from '#contract/notice'
import type { Sandbox, SandboxSpec } from '#contract/sandbox'
import { ability, type Driver, type LaunchPlan, type Running } from '../engines/driver.ts'
import type { MemoryCeiling } from '../engines/memory-ceiling.ts'
import { resizeGuest } from '../io/terminals/guest-size.ts'
import type { Lease } from '../network/network.ts'
import type { EventLog } from '../state/event-log.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { withSandbox } from '../state/records/sandbox-records.ts'
import { type CleanupDeps, clearStaleDisk, tidy } from './cleanup.ts'
import { driverOf } from './find-driver.ts'
import { healthCheckOf } from './health-check.ts'
import { type HeldMounts, holdMounts } from './held-mounts.ts'
import { type LaunchPlanDeps, makePlan, shapeLayer } from './launch-plan.ts'
import { requireUsableLayers } from './layer-references.ts'
import { shownAddresses, wishesOf } from './networks.ts'
import { applyResources } from './resources.ts'
import { hasHostNetwork } from './spec-policy.ts'
import { clampedUlimits } from './ulimits.ts'
import { chooseUserNamespace, describeHostIds, findForeignUser, type HostIdsReason } from './user-namespace.ts'
import { fillVolumes } from './volumes.ts'

export interface LaunchDeps extends CleanupDeps, LaunchPlanDeps {
  readonly now: () => Date
  readonly memoryCeiling: Pick<MemoryCeiling, 'ensure'>
  readonly events: Pick<EventLog, 'commit'>
}

/** How the first process of a run comes to be. `beforeGuest` MUST have ended before any of the guest's instructions runs, where that can be. */
export type Begin = (
  driver: Driver,
  plan: LaunchPlan,
  signal: AbortSignal,
  beforeGuest: () => Promise<void>,
) => Promise<Running>

const beginAnew: Begin = async (driver, plan, signal, beforeGuest) => {
  const running = await driver.create(plan, signal)
  await sizeTerminal(driver, plan, running)
  await beforeGuest()
  await driver.start(plan.id, signal)
  return running
}

/** Not every runtime applies the size that it gets, and the first reading of a program may be its only one. */
async function sizeTerminal(driver: Driver, { process }: LaunchPlan, { pid }: Running): Promise<void> {
  const { tty, columns, rows } = process
  if (!tty || columns === undefined || rows === undefined || ability(driver, 'resizeMain')) return
  await resizeGuest({ pid, isEngine: !driver.sharesProcesses }, columns, rows)
}

/**
 * Brings a sandbox that is on record as `starting` to life. On failure everything it took is given back, and the
 * error is the caller's to put on record. Without `begin` its main process runs from its first instruction.
 */
export async function launch(
  deps: LaunchDeps,
  starting: SandboxRecord,
  signal: AbortSignal,
  begin: Begin = beginAnew,
): Promise<SandboxRecord> {
  const driver = driverOf(deps, starting.sandbox.class)
  await requireUsableLayers(deps, starting.layers)
  const record = await clearStaleDisk(deps, starting)
  await shapeLayer(deps, record, signal)
  const { sandbox } = record
  const { spec } = sandbox
  const wantsLease = spec.network === 'nat' && !hasHostNetwork(spec)
  const [imageTrees, lease] = await bothOrNeither(deps, sandbox.imageDigest, wantsLease, signal)
  const checked = healthCheckOf(spec, deps.images.find(sandbox.imageDigest).config) !== null
  let held: HeldMounts | null = null
  try {
    const { ports, addresses } = lease ? await connect(deps, record, lease) : { ports: [], addresses: [] }
    await fillVolumes(deps, record, imageTrees, signal)
    held = await holdMounts(deps, record)
    const { users, reason } = chooseUserNamespace({
      ...{ sandbox, driver, lease, mounts: held.mounts },
      ranges: deps.idRanges,
    })
    const wanted = await makePlan(deps, record, { imageTrees, lease, users, mounts: held.mounts, signal })
    const logStart = await deps.openHandles.logOf(sandbox.id).position()
    await deps.memoryCeiling.ensure()
    sayClamped(deps, sandbox)
    const { running, plan } = await beginMapped(deps, { driver, plan: wanted, spec, reason, begin }, signal)
    await applyResources(driver, sandbox.id, spec)
    deps.openHandles.begin(sandbox.id)
    return {
      ...withSandbox(record, {
        state: 'running',
        startedAt: deps.now().toISOString(),
        exit: null,
        engine: driver.name,
        pid: running.pid,
        address: lease?.address ?? null,
        ports,
        addresses,
        health: checked ? 'starting' : null,
      }),
      monitorPid: running.monitorPid,
      logStart,
      lease,
      firstId: plan.users?.first ?? null,
      hostname: plan.hostname,
      stopAsked: false,
      endWanted: false,
      healthLog: { ...record.healthLog, failingStreak: 0 },
    }
  } catch (error) {
    await tidy(deps, driver, record, lease)
    throw AppError.from(error)
  } finally {
    await held?.release()
  }
}

/** Who asked for more than this machine can give learns what it got. */
function sayClamped({ events }: Pick<LaunchDeps, 'events'>, { name, spec }: Sandbox): void {
  const clamped = clampedUlimits(spec)
  if (clamped !== null) events.commit([notice('ulimits-clamped', { name, ...clamped })])
}

interface Beginning {
  readonly driver: Driver
  readonly plan: LaunchPlan
  readonly spec: SandboxSpec
  /** Why it has the ids of this machine, where it could have others. */
  readonly reason: HostIdsReason | null
  readonly begin: Begin
}

/** With ids of its own where that can be had; where not, it begins without, and a notice says why. */
async function beginMapped(
  deps: Pick<LaunchDeps, 'events' | 'records' | 'folder' | 'limitedDisks'>,
  { driver, plan, spec, reason, begin }: Beginning,
  signal: AbortSignal,
): Promise<{ running: Running; plan: LaunchPlan }> {
  const beforeGuest = async () => {
    await deps.limitedDisks.holdSpare(deps.folder.sandbox(plan.id))
    await applyResources(driver, plan.id, spec)
  }
  const why = reason ?? (plan.users === null ? null : findForeignUser(plan.process))
  if (plan.users !== null && why === null) {
    try {
      return { running: await begin(driver, plan, signal, beforeGuest), plan }
    } catch (error) {
      const { reason: failure, params } = AppError.from(error).wire
      if (failure !== 'ids-not-mappable') throw error
      return beginMapped(
        deps,
        { driver, plan, spec, reason: { why: 'mount', what: String(params?.['path']) }, begin },
        signal,
      )
    }
  }
  const name = deps.records.get(plan.id)?.sandbox.name ?? plan.hostname
  if (why !== null) deps.events.commit([describeHostIds(name, driver.mapsIds, why)])
  const plain = { ...plan, users: null }
  return { running: await begin(driver, plain, signal, beforeGuest), plan: plain }
}

async function bothOrNeither(
  deps: Pick<LaunchDeps, 'imageMounts' | 'network'>,
  digest: string,
  wantsNetwork: boolean,
  signal: AbortSignal,
): Promise<readonly [readonly string[], Lease | null]> {
  const [trees, lease] = await Promise.allSettled([
    deps.imageMounts.ensure(digest),
    wantsNetwork ? deps.network.take(signal) : Promise.resolve(null),
  ])
  if (trees.status === 'fulfilled' && lease.status === 'fulfilled') return [trees.value, lease.value]
  if (lease.status === 'fulfilled' && lease.value) await deps.network.release(lease.value)
  throw trees.status === 'rejected' ? trees.reason : (lease as PromiseRejectedResult).reason
}

/** Publishes its ports and puts it on its networks, before anything in it runs. */
async function connect(deps: Pick<LaunchDeps, 'network' | 'networkRecords'>, { sandbox }: SandboxRecord, lease: Lease) {
  const { network, networkRecords } = deps
  const ports = await network.publish(sandbox.id, lease.address, sandbox.spec.ports)
  const joined = await network.join(lease, wishesOf(networkRecords, sandbox.spec), lease.netnsPath)
  return { ports, addresses: shownAddresses(joined) }
}
