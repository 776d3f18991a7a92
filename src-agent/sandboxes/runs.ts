import { AppError, appError } from '#contract/app-error'
import type { SandboxExit } from '#contract/sandbox'
import type { Driver, Ending, LaunchPlan, Running } from '../engines/driver.ts'
import type { Lease } from '../network/network.ts'
import { driverOf, type SandboxContext, withSandbox } from './context.ts'
import { describeExit } from './describe-exit.ts'
import { makePlan } from './launch-plan.ts'
import { dropUnnamed, requireUsableLayers } from './layer-references.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { removeFolder } from '../base/process/remove-folder.ts'
import { hasHostNetwork } from './spec-policy.ts'

export { readAccounts } from './account-files.ts'

/** How the first process of a run comes to be. */
export type Begin = (driver: Driver, plan: LaunchPlan, signal: AbortSignal) => Promise<Running>

const beginAnew: Begin = async (driver, plan, signal) => {
  const running = await driver.create(plan, signal)
  await driver.start(plan.id, signal)
  return running
}

/**
 * Brings a sandbox that is on record as `starting` to life. On failure everything it took is given back, and the
 * error is the caller's to put on record. Without `begin` its main process runs from its first instruction.
 */
export async function launch(
  context: SandboxContext,
  told: SandboxRecord,
  signal: AbortSignal,
  begin: Begin = beginAnew,
): Promise<SandboxRecord> {
  const driver = driverOf(context, told.sandbox.class)
  await requireUsableLayers(context, told.layers)
  const record = await clearStaleDisk(context, told)
  const { sandbox } = record
  const { spec } = sandbox
  const wantsLease = spec.network === 'nat' && !hasHostNetwork(spec)
  const [tree, lease] = await bothOrNeither(context, sandbox.imageDigest, wantsLease, signal)
  try {
    const ports = lease ? await connect(context, record, lease) : []
    const plan = await makePlan(context, record, { tree, lease, signal })
    const logStart = await context.live.logOf(sandbox.id).position()
    const running = await begin(driver, plan, signal)
    context.live.begin(sandbox.id)
    return {
      ...withSandbox(record, {
        state: 'running',
        startedAt: context.now().toISOString(),
        exit: null,
        engine: driver.name,
        pid: running.pid,
        address: lease?.address ?? null,
        ports,
      }),
      monitorPid: running.monitorPid,
      logStart,
      lease,
      hostname: plan.hostname,
      stopAsked: false,
    }
  } catch (error) {
    await tidy(context, driver, record, lease)
    throw AppError.from(error)
  }
}

/** The end of a run: how it ended goes on record, and what the run had is given back. The disk and the log stay. */
export async function settleEnd(context: SandboxContext, record: SandboxRecord, ending: Ending): Promise<SandboxExit> {
  const { sandbox } = record
  const exit = describeExit(ending, sandbox.spec.limits, record.stopAsked)
  const ended = withSandbox(record, { state: 'stopped', exit, pid: null, address: null, ports: [] })
  await tidy(context, driverOf(context, sandbox.class), record, record.lease)
  context.records.put({ ...ended, monitorPid: null, lease: null, stopAsked: false })
  return exit
}

/**
 * Removes the sandbox with its disk and log. At once it is gone for everybody and its name is free; the returned promise
 * tells when nothing of it is left on the host. A later agent finishes what this one does not.
 */
export async function removeForGood(context: SandboxContext, record: SandboxRecord): Promise<void> {
  context.records.bury(record)
  await cleanUp(context, record)
}

/** The second half of a removal. Safe to repeat. */
export async function cleanUp(context: SandboxContext, record: SandboxRecord): Promise<void> {
  const { id, class: wanted } = record.sandbox
  // In the middle of a change of class there may be something of it in both engines.
  const classes = new Set([wanted, ...(record.change ? [record.change.from, record.change.to] : [])])
  for (const each of classes) {
    const driver = context.drivers.get(each)
    if (driver) await tidy(context, driver, record, each === wanted ? record.lease : null)
  }
  // Whoever still reads the log holds what there is of it; only the names go.
  await context.live.logOf(id).letGo()
  await removeFolder(context.folder.sandbox(id).folder)
  context.live.forget(id)
  context.records.forget(id)
  await dropUnnamed(context, record.layers)
}

/**
 * Removes a writable layer that a restore has left behind. On record before anything is written anew, or a crash would have
 * the next start remove that.
 */
export async function clearStaleDisk(context: SandboxContext, record: SandboxRecord): Promise<SandboxRecord> {
  if (!record.staleDisk) return record
  const { upper, work, disk } = context.folder.sandbox(record.sandbox.id)
  for (const path of [upper, work, disk]) await removeFolder(path)
  const clean = { ...record, staleDisk: false }
  context.records.put(clean)
  return clean
}

/** Gives back what a run had: engine, address, ports. Each part is tried; the first failure is told after all. */
export async function tidy(
  context: SandboxContext,
  driver: Driver,
  record: SandboxRecord,
  lease: Lease | null,
): Promise<void> {
  const { id } = record.sandbox
  context.live.end(id)
  const results = await Promise.allSettled([
    driver.remove(id, context.folder.sandbox(id)),
    context.network.unpublish(id),
  ])
  // Nobody waits for an interface to go; a later agent finds it if this one does not get that far.
  if (lease) context.background.run('an interface could not be removed', context.network.release(lease))
  for (const result of results) {
    if (result.status === 'rejected') context.log.error({ err: result.reason, id }, 'could not tidy up after a run')
  }
}

async function bothOrNeither(
  context: SandboxContext,
  digest: string,
  wantsNetwork: boolean,
  signal: AbortSignal,
): Promise<readonly [string, Lease | null]> {
  const [tree, lease] = await Promise.allSettled([
    context.imageMounts.ensure(digest),
    wantsNetwork ? context.network.take(signal) : Promise.resolve(null),
  ])
  if (tree.status === 'fulfilled' && lease.status === 'fulfilled') return [tree.value, lease.value]
  if (lease.status === 'fulfilled' && lease.value) await context.network.release(lease.value)
  throw tree.status === 'rejected' ? tree.reason : (lease as PromiseRejectedResult).reason
}

/** Publishes its ports and puts it on its network, before anything in it runs. */
async function connect({ network }: SandboxContext, { sandbox }: SandboxRecord, lease: Lease) {
  const { ports, networkName } = sandbox.spec
  const published = await network.publish(sandbox.id, lease.address, ports)
  if (networkName !== null) await network.join(lease, networkName)
  return published
}

/** Refuses what cannot be asked of a sandbox in its present state. */
export function requireState(record: SandboxRecord, allowed: readonly string[], verb: string): void {
  const { state, name } = record.sandbox
  if (allowed.includes(state)) return
  throw appError('conflict', 'state-forbids', `"${name}" is ${state}, so it cannot be ${verb}.`, {
    params: { name, state, verb },
  })
}
