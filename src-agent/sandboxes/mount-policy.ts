import { setTimeout as sleep } from 'node:timers/promises'
import { type AppError, appError } from '#contract/app-error'
import type { Grant, IsolationClass, Mount } from '#contract/sandbox'
import { type Sentence, sentence } from '#contract/sentence'
import { type MountsOfPath, mountsOfPath } from '../base/host-path/mounts-of-path.ts'
import { type HostPath, HostPathError, openHostPath } from '../base/host-path/open-host-path.ts'
import { openOnHost } from '../base/host-path/open-on-host.ts'
import { findSocket } from './find-socket.ts'
import { grantsOver } from './grant-policy.ts'
import { type HostRules, isOfJoey, isWithin } from './host-paths.ts'
import { guestFolders, plainTarget } from './mount-places.ts'
import { findAliasObjection, findObjection, isOfKernelType } from './refused-paths.ts'

/** For whom mounts are checked. */
export interface MountWish {
  readonly class: IsolationClass
  /** Checked ones; a source in a granted path is not refused. */
  readonly grants: readonly Grant[]
}

/**
 * Checks the mounts of a request and returns them with their sources resolved, so that a link changed later
 * cannot lead elsewhere. Refuses with the reason, before anything is changed.
 */
export async function checkMounts(mounts: readonly Mount[], rules: HostRules, wish: MountWish): Promise<Mount[]> {
  const checked: Mount[] = []
  for (const mount of placeMounts(mounts)) {
    const missing = () => appError('mount-source-missing', { source: mount.source })
    const source = await openOnHost(mount.source, rules.untrusted, missing)
    try {
      requireAllowed(mount, source, rules, wish.grants)
      await requireNoSockets(mount, source, wish)
      checked.push({ ...mount, source: source.path })
    } finally {
      await source.close()
    }
  }
  return checked
}

/** The mounts with their targets in one manner of writing. Refuses places that are the engine's, and one given twice. */
export function placeMounts<T extends Pick<Mount, 'target'>>(mounts: readonly T[]): T[] {
  const targets = new Set<string>()
  return mounts.map((mount) => {
    const target = plainTarget(mount.target)
    if (targets.has(target)) {
      throw appError('mount-target-twice', { target })
    }
    targets.add(target)
    if (guestFolders.some((folder) => isWithin(target, folder))) {
      throw appError('mount-target-reserved', { target })
    }
    return { ...mount, target }
  })
}

/**
 * The mounts as they may stay when the grants have changed: without those that nothing allows any more, and read-only
 * where no more is granted. Nothing is asked of a source that is gone.
 */
export async function fitMounts(mounts: readonly Mount[], rules: HostRules, wish: MountWish): Promise<Mount[]> {
  const fitted = await Promise.all(mounts.map((mount) => fitMount(mount, rules, wish)))
  return fitted.filter((mount) => mount !== null)
}

async function fitMount(mount: Mount, rules: HostRules, wish: MountWish): Promise<Mount | null> {
  const source = await openHostPath(mount.source, { links: 'never' }).catch(() => null)
  if (source === null) return mount
  try {
    const bare = { ...wish, grants: [] }
    const isFine = findRefusal(mount, source, rules) === null && (await findSocketRefusal(mount, source, bare)) === null
    if (isFine) return mount
    const over = grantsOver(source.path, wish.grants)
    if (over.length === 0) return null
    return over.some(({ access }) => access === 'rw') ? mount : { ...mount, readOnly: true }
  } finally {
    await source.close()
  }
}

/** A source that is gone stays so: that is believed when as many walks, in less than a second, have met the same. */
const walksWhereStill = 150
/** One that somebody keeps on replacing is there again a moment later, but for most of the time it is not (19 of 20 walks, measured). */
const walksWhereReplaced = 1000
const patientAfter = 10
const pauseMs = 5

/** Walks again, anew from the root each time, while what is met on the way is not what it was when it was checked. */
async function walkSource(source: string): Promise<HostPath> {
  const met = new Set<string>()
  for (let walk = 1; ; walk += 1) {
    try {
      return await openHostPath(source, { links: 'never' })
    } catch (error) {
      if (!(error instanceof HostPathError)) throw error
      met.add(`${error.why} ${error.at}`)
      const isLast = walk >= (met.size > 1 ? walksWhereReplaced : walksWhereStill)
      if (error.why === 'forbidden' || isLast) throw sourceMoved(source, error)
      if (walk > patientAfter) await sleep(pauseMs)
    }
  }
}

/**
 * For every start: opens the source where it was when it was checked, without following any link, and checks what is held.
 * A folder on the way that somebody may write to, perhaps another sandbox, could have become a link to what was never seen.
 */
export async function holdSource(mount: Mount, rules: HostRules, grants: readonly Grant[]): Promise<HostPath> {
  const { source } = mount
  const held = await walkSource(source)
  try {
    requireAllowed(mount, held, rules, grants)
    return held
  } catch (error) {
    await held.close()
    throw error
  }
}

function sourceMoved(source: string, { why, at }: HostPathError): AppError {
  return why === 'link'
    ? appError('mount-source-moved', { source, path: at })
    : appError('mount-source-gone', { source })
}

interface Refusal {
  readonly error: AppError
  /** What a person may give by name all the same. */
  readonly grantable: boolean
}

function requireAllowed(mount: Mount, held: HostPath, rules: HostRules, grants: readonly Grant[]): void {
  const { source } = mount
  const refusal = findRefusal(mount, held, rules)
  if (refusal === null) return
  const over = grantsOver(held.path, grants)
  if (!refusal.grantable || over.length === 0) throw refusal.error
  if (!mount.readOnly && over.every(({ access }) => access === 'ro')) {
    throw appError('mount-granted-read-only', { source })
  }
}

function findRefusal(mount: Mount, held: HostPath, rules: HostRules): Refusal | null {
  const { source } = mount
  const { path, stats } = held
  const mounts = mountsOfPath(held)
  const names = [path, ...mounts.aliases]
  const grantFor = (access: 'ro' | 'rw') => {
    const never = names.some((name) => isOfJoey(name, rules.joey))
    const own = access === 'rw' && names.some((name) => isOfJoey(name, rules.installation))
    return never || own ? {} : { grant: `host-path:${path}:${access}` }
  }
  if (stats.isSocket()) {
    const how = grantFor('rw')
    return { error: appError('mount-source-socket', { source, ...how }), grantable: 'grant' in how }
  }
  if (!stats.isDirectory() && !stats.isFile()) {
    return { error: appError('mount-source-special', { source }), grantable: false }
  }
  const why = objectionTo(path, mounts, rules)
  if (why === null) return null
  const how = grantFor(mount.readOnly ? 'ro' : 'rw')
  return { error: appError('mount-source-refused', { source, why, ...how }), grantable: 'grant' in how }
}

/** By its name, by the other names of the same thing, and by the kind of file system that it is. */
function objectionTo(path: string, mounts: MountsOfPath, rules: HostRules): Sentence | null {
  const named = findObjection(path, rules)
  if (named !== null) return named
  for (const alias of mounts.aliases) {
    const objection = findAliasObjection(alias, rules)
    if (objection !== null) return sentence('path-by-another-name', { alias, objection })
  }
  return isOfKernelType(mounts.type) ? sentence('path-of-kernel', { type: mounts.type }) : null
}

async function requireNoSockets(mount: Mount, held: HostPath, wish: MountWish): Promise<void> {
  const refusal = await findSocketRefusal(mount, held, wish)
  if (refusal !== null) throw refusal
}

/** A guest with a kernel of its own cannot connect to a socket of this machine. */
async function findSocketRefusal({ source }: Mount, held: HostPath, wish: MountWish): Promise<AppError | null> {
  if (wish.class !== 'container' || !held.stats.isDirectory()) return null
  if (grantsOver(held.path, wish.grants).some(({ access }) => access === 'rw')) return null
  const socket = await findSocket(held)
  if (socket === null) return null
  return appError('mount-source-holds-socket', { source, socket, path: held.path })
}
