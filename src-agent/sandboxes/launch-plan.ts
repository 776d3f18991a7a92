import { chmod, chown, mkdir, stat, utimes } from 'node:fs/promises'
import { join, normalize } from 'node:path'
import { pathOfTmpfs, sizeOfTmpfs } from '#contract/sandbox'
import type { TerminalSize } from '#contract/terminal-size'
import { removeFolder } from '../base/process/remove-folder.ts'
import type { LaunchPlan, LowerDisk, PlacedMount, Tmpfs } from '../engines/driver.ts'
import { insidePath } from '../engines/oci/runtime-config.ts'
import type { UserNamespace } from '../engines/user-ids.ts'
import type { Lease, Network } from '../network/network.ts'
import type { NetworkRecords } from '../state/records/network-records.ts'
import type { SandboxRecord, SandboxRecords } from '../state/records/sandbox-records.ts'
import type { SandboxPaths } from '../state/sandbox-paths.ts'
import type { ImageStore } from '../storage/images/image-store.ts'
import type { ImageMounts } from '../storage/layers/image-mounts.ts'
import type { LimitedDisks } from '../storage/limited/limited-disks.ts'
import type { VolumeStore } from '../storage/volumes/volume-store.ts'
import { type AccountFilesDeps, readAccounts } from './account-files.ts'
import { driverOf } from './find-driver.ts'
import { placedMounts } from './held-mounts.ts'
import { hostnameOf } from './hostname.ts'
import { hostsOf, rewriteFile } from './hosts-files.ts'
import { ensureLowers, requireMountable } from './layer-references.ts'
import { planProcess } from './process-plan.ts'
import { ownResolver } from './resolver-text.ts'
import { hasHostNetwork } from './spec-policy.ts'
import { zoneInside } from './time-zone.ts'

export interface LaunchPlanDeps extends AccountFilesDeps {
  readonly records: SandboxRecords
  readonly imageMounts: ImageMounts
  readonly network: Network
  readonly networkRecords: NetworkRecords
  readonly volumes: VolumeStore
}

/** Of a main terminal until somebody looks at it: a program that asks at once must not get 0 by 0. */
const commonSize: TerminalSize = { columns: 80, rows: 24 }

/** The plan of a run that goes on, as a driver wants it that saves its memory. */
export async function planOfRun(deps: LaunchPlanDeps, record: SandboxRecord, signal: AbortSignal): Promise<LaunchPlan> {
  const imageTrees = await deps.imageMounts.ensure(record.sandbox.imageDigest)
  const mounts = placedMounts(deps, record)
  const users = record.firstId === null ? null : { first: record.firstId, path: null }
  const plan = await makePlan(deps, record, { imageTrees, lease: record.lease, mounts, users, signal })
  return { ...plan, hostname: record.hostname ?? plan.hostname }
}

interface PlanParts {
  /** The topmost first. */
  readonly imageTrees: readonly string[]
  readonly lease: Lease | null
  readonly mounts: readonly PlacedMount[]
  readonly users: UserNamespace | null
  readonly signal: AbortSignal
}

/** All that a driver needs for a run, and on disk what it must find there. */
export async function makePlan(
  deps: Pick<
    LaunchPlanDeps,
    'records' | 'networkRecords' | 'folder' | 'images' | 'layers' | 'network' | 'drivers' | 'signal'
  >,
  record: SandboxRecord,
  { imageTrees, lease, mounts, users, signal }: PlanParts,
): Promise<LaunchPlan> {
  const { sandbox } = record
  const { spec } = sandbox
  const paths = deps.folder.sandbox(sandbox.id)
  const image = deps.images.find(sandbox.imageDigest)
  const hostname = hostnameOf(sandbox)
  const hostNetwork = hasHostNetwork(spec)
  const [machines, address] = await Promise.all([
    nameserversFor(deps, lease, hostNetwork),
    lease ? deps.network.placeOf(lease) : null,
  ])
  const nameservers = ownResolver(machines, spec)
  const lowers = await ensureLowers(deps, record, driverOf(deps, sandbox.class).disk, signal)
  const trees = [...lowers.trees, ...imageTrees]
  requireMountable(trees, sandbox.name)
  await prepareFolders(deps, record, trees)
  const [accounts] = await Promise.all([
    readAccounts(deps, record),
    writeNetworkFiles(join(paths.folder, 'etc'), {
      hosts: hostsOf(deps, { ...record, hostname }, lease?.address ?? null),
      hostname: `${hostname}\n`,
      'resolv.conf': nameservers,
    }),
  ])
  const zone = await zoneInside(imageTrees, spec)
  const size = record.terminalSize ?? commonSize
  const argv = spec.withInit ? [insidePath, '--init', ...sandbox.argv] : sandbox.argv
  const wish = { argv, env: {}, cwd: null, user: null, tty: spec.tty, ...size }
  return {
    id: sandbox.id,
    hostname,
    paths,
    lowers: trees,
    lowerFiles: [...lowers.files, toDisk(deps.images.parts(sandbox.imageDigest))],
    process: planProcess(wish, { spec, image: image.config, hostname, accounts, zone }),
    stdin: spec.stdin,
    limits: spec.limits,
    diskBytes: spec.limits.diskBytes,
    mounts,
    tmpfs: spec.tmpfs.map(toTmpfs),
    shmBytes: spec.shmBytes,
    sysctls: spec.sysctls,
    readOnlyRoot: spec.readOnlyRoot,
    netns: lease?.netnsPath ?? null,
    address,
    hostNetwork,
    grants: spec.grants,
    dropped: spec.dropCapabilities,
    nameservers,
    users,
  }
}

/** For a guest an image is one disk, however many parts it has. */
function toDisk(parts: ReturnType<ImageStore['parts']>): LowerDisk {
  const [lowest, ...others] = parts.map(({ path, start, bytes }) => ({ path, start, bytes }))
  if (lowest === undefined) throw new Error('An image has no parts.')
  return others.length === 0 ? lowest.path : [lowest, ...others]
}

function toTmpfs(text: string): Tmpfs {
  return { target: normalize(pathOfTmpfs(text)).replace(/\/$/, ''), sizeBytes: sizeOfTmpfs(text) }
}

async function nameserversFor(deps: Pick<LaunchPlanDeps, 'network'>, lease: Lease | null, hostNetwork: boolean) {
  if (lease) return deps.network.resolvConf()
  return hostNetwork ? deps.network.hostResolvConf() : null
}

/** Gives the writable layer of a sandbox at rest the size that its limits have, where it is on this machine. */
export async function shapeLayer(
  deps: Pick<LaunchPlanDeps, 'folder' | 'drivers'> & { readonly limitedDisks: Pick<LimitedDisks, 'shape'> },
  { sandbox }: SandboxRecord,
  signal: AbortSignal,
): Promise<void> {
  if (driverOf(deps, sandbox.class).disk !== 'directory') return
  await deps.limitedDisks.shape(deps.folder.sandbox(sandbox.id), sandbox.spec.limits.diskBytes, signal)
}

/** A writable layer on the host is there before the first start; one in an image is the driver's. */
async function prepareFolders(
  deps: Pick<LaunchPlanDeps, 'folder' | 'drivers'>,
  { sandbox }: SandboxRecord,
  lowers: readonly string[],
): Promise<void> {
  const paths = deps.folder.sandbox(sandbox.id)
  const onHost = driverOf(deps, sandbox.class).disk === 'directory'
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
