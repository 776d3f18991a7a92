import { chmod, chown, mkdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, appError } from '#contract/app-error'
import type { SandboxExit } from '#contract/sandbox'
import type { Driver, Ending, LaunchPlan } from '../drivers/driver.ts'
import type { Lease } from '../network/network.ts'
import { run } from '../process/run.ts'
import { readAccounts } from './account-files.ts'
import { driverOf, type SandboxContext, withSandbox } from './context.ts'
import { describeExit } from './describe-exit.ts'
import { mountsOfGrants } from './grant-policy.ts'
import { hostsOf, rewriteFile } from './hosts-files.ts'
import { requireUnmoved } from './mount-policy.ts'
import { planProcess } from './process-plan.ts'
import type { SandboxRecord } from './records.ts'
import { hasHostNetwork } from './spec-policy.ts'

export { readAccounts } from './account-files.ts'

/** Of a main terminal until somebody looks at it: a program that asks at once must not be told 0 by 0. */
const firstSize = { columns: 80, rows: 24 }

/**
 * Brings a sandbox that is on record as `starting` to life. On failure everything it took is given back, and the
 * error is the caller's to put on record.
 */
export async function launch(
  context: SandboxContext,
  record: SandboxRecord,
  signal: AbortSignal,
): Promise<SandboxRecord> {
  const { sandbox } = record
  const driver = driverOf(context, sandbox.class)
  const { spec } = sandbox
  const wantsLease = spec.network === 'nat' && !hasHostNetwork(spec)
  const [tree, lease] = await bothOrNeither(context, sandbox.imageDigest, wantsLease, signal)
  try {
    const ports = lease ? await connect(context, record, lease) : []
    const plan = await makePlan(context, record, { tree, lease })
    const logStart = await context.live.logOf(sandbox.id).position()
    const running = await driver.create(plan, signal)
    await driver.start(sandbox.id, signal)
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
}

async function removeFolder(folder: string): Promise<void> {
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 3 })
  await remove().catch(async () => {
    // A guest that was granted LINUX_IMMUTABLE can leave files that even root cannot remove. Links are not followed.
    await run('chattr', ['-R', '-f', '-i', '-a', folder], { timeoutMs: 60_000, okExitCodes: [0, 1] })
    await remove()
  })
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

async function makePlan(
  context: SandboxContext,
  record: SandboxRecord,
  { tree, lease }: { tree: string; lease: Lease | null },
): Promise<LaunchPlan> {
  const { sandbox } = record
  const { spec } = sandbox
  const mounts = [...mountsOfGrants(spec.grants, spec.mounts), ...spec.mounts]
  await requireUnmoved(mounts)
  const paths = context.folder.sandbox(sandbox.id)
  const image = context.images.find(sandbox.imageDigest)
  const hostname = spec.hostname ?? sandbox.name
  const hostNetwork = hasHostNetwork(spec)
  const [nameservers, address] = await Promise.all([
    nameserversFor(context, lease, hostNetwork),
    lease ? context.network.placeOf(lease) : null,
  ])
  await prepareFolders(context, record, tree)
  const [accounts] = await Promise.all([
    readAccounts(context, record),
    writeNetworkFiles(join(paths.folder, 'etc'), {
      hosts: hostsOf(context.records, { ...record, hostname }, lease?.address ?? null),
      hostname: `${hostname}\n`,
      'resolv.conf': nameservers,
    }),
  ])
  const wish = { argv: sandbox.argv, env: {}, cwd: null, user: null, tty: spec.tty, ...firstSize }
  return {
    id: sandbox.id,
    hostname,
    paths,
    lowers: [tree],
    lowerFiles: [context.images.filePath(sandbox.imageDigest)],
    process: planProcess(wish, { spec, image: image.config, hostname, accounts }),
    stdin: spec.stdin,
    limits: spec.limits,
    mounts,
    readOnlyRoot: spec.readOnlyRoot,
    netns: lease?.netnsPath ?? null,
    address,
    hostNetwork,
    grants: spec.grants,
    nameservers,
  }
}

async function nameserversFor({ network }: SandboxContext, lease: Lease | null, hostNetwork: boolean) {
  if (lease) return network.resolvConf()
  return hostNetwork ? network.hostResolvConf() : null
}

/** A writable layer on the host is there before the first start; one in an image is the driver's. */
async function prepareFolders(context: SandboxContext, { sandbox }: SandboxRecord, tree: string): Promise<void> {
  const paths = context.folder.sandbox(sandbox.id)
  const onHost = driverOf(context, sandbox.class).disk === 'directory'
  const folders = [join(paths.folder, 'etc'), paths.run, ...(onHost ? [paths.work] : [])]
  await Promise.all(folders.map((folder) => mkdir(folder, { recursive: true })))
  if (onHost) await ensureUpper(paths.upper, tree)
}

async function writeNetworkFiles(folder: string, texts: Readonly<Record<string, string | null>>): Promise<void> {
  const wanted = Object.entries(texts).flatMap(([name, text]) => (text === null ? [] : [{ name, text }]))
  await Promise.all(wanted.map(({ name, text }) => rewriteFile(join(folder, name), text)))
}

/** The root folder of an overlay has the mode and owner of its upper one, which must be the image's. */
async function ensureUpper(upper: string, tree: string): Promise<void> {
  const made = await mkdir(upper, { recursive: true })
  if (made === undefined) return
  const root = await stat(tree)
  await chown(upper, root.uid, root.gid)
  await chmod(upper, root.mode & 0o7777)
}

/** Refuses what cannot be asked of a sandbox in its present state. */
export function requireState(record: SandboxRecord, allowed: readonly string[], verb: string): void {
  const { state, name } = record.sandbox
  if (allowed.includes(state)) return
  throw appError('conflict', 'state-forbids', `"${name}" is ${state}, so it cannot be ${verb}.`, {
    params: { name, state, verb },
  })
}
