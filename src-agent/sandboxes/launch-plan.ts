import { chmod, chown, mkdir, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import type { LaunchPlan, SandboxPaths } from '../engines/driver.ts'
import type { Lease } from '../network/network.ts'
import { readAccounts } from './account-files.ts'
import { driverOf, type SandboxContext } from './context.ts'
import { mountsOfGrants } from './grant-policy.ts'
import { hostsOf, rewriteFile } from './hosts-files.ts'
import { ensureLowers, requireMountable } from './layer-references.ts'
import { requireUnmoved } from './mount-policy.ts'
import { planProcess } from './process-plan.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { removeFolder } from '../base/process/remove-folder.ts'
import { hasHostNetwork } from './spec-policy.ts'

/** Of a main terminal until somebody looks at it: a program that asks at once must not be told 0 by 0. */
const firstSize = { columns: 80, rows: 24 }

/** The plan of a run that goes on, as a driver wants it that saves its memory. */
export async function planOfRun(
  context: SandboxContext,
  record: SandboxRecord,
  signal: AbortSignal,
): Promise<LaunchPlan> {
  const tree = await context.imageMounts.ensure(record.sandbox.imageDigest)
  const plan = await makePlan(context, record, { tree, lease: record.lease, signal })
  return { ...plan, hostname: record.hostname ?? plan.hostname }
}

/** All that a driver needs for a run, and on disk what it must find there. */
export async function makePlan(
  context: SandboxContext,
  record: SandboxRecord,
  { tree, lease, signal }: { tree: string; lease: Lease | null; signal: AbortSignal },
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
  const lowers = await ensureLowers(context, record, driverOf(context, sandbox.class).disk, signal)
  const trees = [...lowers.trees, tree]
  requireMountable(trees, sandbox.name)
  await prepareFolders(context, record, trees)
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
    lowers: trees,
    lowerFiles: [...lowers.files, context.images.filePath(sandbox.imageDigest)],
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
async function prepareFolders(
  context: SandboxContext,
  { sandbox }: SandboxRecord,
  lowers: readonly string[],
): Promise<void> {
  const paths = context.folder.sandbox(sandbox.id)
  const onHost = driverOf(context, sandbox.class).disk === 'directory'
  const folders = [join(paths.folder, 'etc'), paths.run]
  await Promise.all(folders.map((folder) => mkdir(folder, { recursive: true })))
  if (onHost) await ensureUpper(paths, lowers[0])
}

async function writeNetworkFiles(folder: string, texts: Readonly<Record<string, string | null>>): Promise<void> {
  const wanted = Object.entries(texts).flatMap(([name, text]) => (text === null ? [] : [{ name, text }]))
  await Promise.all(wanted.map(({ name, text }) => rewriteFile(join(folder, name), text)))
}

/** The root folder of an overlay has the mode and owner of its upper one, which must be those of what lies below. */
export async function ensureUpper({ upper, work }: SandboxPaths, below: string | undefined): Promise<void> {
  const made = await mkdir(upper, { recursive: true })
  // What overlayfs notes in it belongs to one upper folder.
  if (made !== undefined) await removeFolder(work)
  await mkdir(work, { recursive: true })
  if (made === undefined || below === undefined) return
  const root = await stat(below)
  await chown(upper, root.uid, root.gid)
  await chmod(upper, root.mode & 0o7777)
  await utimes(upper, root.atimeMs / 1000, root.mtimeMs / 1000)
}
