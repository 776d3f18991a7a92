import { lstatSync } from 'node:fs'
import { chmod, chown, mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, appError } from '#contract/app-error'
import type { SandboxExit } from '#contract/sandbox'
import type { Driver, Ending, LaunchPlan } from '../drivers/driver.ts'
import { readFileInRoot } from '../layers/open-in-root.ts'
import type { Lease } from '../network/network.ts'
import { driverOf, type SandboxContext, withSandbox } from './context.ts'
import { describeExit } from './describe-exit.ts'
import { type AccountFiles, planProcess } from './process-plan.ts'
import type { SandboxRecord } from './records.ts'

const maxAccountFile = 1024 * 1024
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
  const [tree, lease] = await bothOrNeither(context, sandbox.imageDigest, sandbox.spec.network === 'nat', signal)
  try {
    const ports = lease ? await context.network.publish(sandbox.id, lease.address, sandbox.spec.ports) : []
    const plan = await makePlan(context, record, tree, lease)
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
  const driver = context.drivers.get(wanted)
  if (driver) await tidy(context, driver, record, record.lease)
  // Whoever still reads the log holds what there is of it; only the names go.
  await context.live.logOf(id).letGo()
  await rm(context.folder.sandbox(id).folder, { recursive: true, force: true, maxRetries: 3 })
  context.live.forget(id)
  context.records.forget(id)
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

async function makePlan(
  context: SandboxContext,
  record: SandboxRecord,
  tree: string,
  lease: Lease | null,
): Promise<LaunchPlan> {
  const { sandbox } = record
  const { spec } = sandbox
  const paths = context.folder.sandbox(sandbox.id)
  const image = context.images.find(sandbox.imageDigest)
  const hostname = spec.hostname ?? sandbox.name
  const nameservers = lease ? await context.network.resolvConf() : null
  await Promise.all(
    [paths.work, join(paths.folder, 'etc'), paths.run].map((folder) => mkdir(folder, { recursive: true })),
  )
  const [accounts] = await Promise.all([
    readAccounts(context, record),
    ensureUpper(paths.upper, tree),
    writeNetworkFiles(join(paths.folder, 'etc'), hostname, lease?.address ?? null, nameservers),
  ])
  const wish = { argv: sandbox.argv, env: {}, cwd: null, user: null, tty: spec.tty, ...firstSize }
  return {
    id: sandbox.id,
    hostname,
    paths,
    lowers: [tree],
    process: planProcess(wish, { spec, image: image.config, hostname, accounts }),
    stdin: spec.stdin,
    limits: spec.limits,
    mounts: spec.mounts,
    readOnlyRoot: spec.readOnlyRoot,
    netns: lease?.netnsPath ?? null,
    nameservers,
  }
}

/** The sandbox's own files where its writable layer has them, else the image's. */
export async function readAccounts(context: SandboxContext, { sandbox }: SandboxRecord): Promise<AccountFiles> {
  const { upper } = context.folder.sandbox(sandbox.id)
  const fromImage = context.images.accounts(sandbox.imageDigest)
  // A look by name may be led astray by a link, but it only decides whether the careful way, which is not, is gone at all.
  if (
    ['etc/passwd', 'etc/group'].every((path) => lstatSync(join(upper, path), { throwIfNoEntry: false }) === undefined)
  ) {
    return fromImage
  }
  const read = async (path: string) =>
    (await readFileInRoot(upper, path, maxAccountFile).catch(() => null))?.toString('utf8')
  const [passwd, group] = await Promise.all([read('/etc/passwd'), read('/etc/group')])
  return { passwd: passwd ?? fromImage.passwd, group: group ?? fromImage.group }
}

async function writeNetworkFiles(folder: string, hostname: string, address: string | null, nameservers: string | null) {
  const own = address === null ? '127.0.1.1' : address
  const hosts = `127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n${own}\t${hostname}\n`
  const files = { hosts, hostname: `${hostname}\n`, ...(nameservers === null ? {} : { 'resolv.conf': nameservers }) }
  await Promise.all(Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)))
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
