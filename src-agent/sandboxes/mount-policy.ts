import { realpath, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { type AppError, appError } from '#contract/app-error'
import type { Grant, Mount } from '#contract/sandbox'
import { grantsOver } from './grant-policy.ts'
import { isOfJoey, isWithin } from './host-paths.ts'

/** Folders whose content makes the host what it is: with any of them inside, a wall around the sandbox means little. */
const systemFolders = [
  '/bin',
  '/boot',
  '/dev',
  '/etc',
  '/lib',
  '/lib32',
  '/lib64',
  '/proc',
  '/run',
  '/sbin',
  '/sys',
  '/usr',
  '/var',
]
/** Below /var these are a person's own. */
const personalFolders = ['/var/tmp', '/var/www', '/var/mail']
/** Whole homes hold keys; folders in them are fine. */
const wholeFolders = ['/', '/home', '/root']
const keyFolders = ['.ssh', '.gnupg', '.aws', '.kube', '.docker', '.config/gcloud']
/** Inside, these belong to the engine. */
const guestFolders = ['/proc', '/sys', '/dev']

/**
 * Checks the mounts of a request and returns them with their sources resolved, so that a link changed later
 * cannot lead elsewhere. Refuses with the reason, before anything is changed.
 *
 * @param joeyFolders the agent's own folders: state and sockets.
 * @param grants checked ones; a source in a granted path is not refused.
 */
export async function checkMounts(
  mounts: readonly Mount[],
  joeyFolders: readonly string[],
  grants: readonly Grant[],
): Promise<Mount[]> {
  const checked: Mount[] = []
  for (const mount of placeMounts(mounts)) {
    checked.push({ ...mount, source: await checkSource(mount, joeyFolders, grants) })
  }
  return checked
}

/** The mounts with their targets in one manner of writing. Refuses places that are the engine's, and one given twice. */
export function placeMounts(mounts: readonly Mount[]): Mount[] {
  const targets = new Set<string>()
  return mounts.map((mount) => {
    const target = normalize(mount.target)
    if (targets.has(target)) {
      throw appError('invalidRequest', 'mount-target-twice', `Two mounts go to ${target}. Give each its own place.`)
    }
    targets.add(target)
    if (guestFolders.some((folder) => isWithin(target, folder))) {
      throw appError(
        'refused',
        'mount-target-reserved',
        `Nothing can be mounted at ${target}: /proc, /sys and /dev belong to the engine.`,
      )
    }
    return { ...mount, target }
  })
}

/**
 * The mounts as they may stay when the grants have changed: without those that nothing allows any more, and read-only
 * where no more is granted. Nothing is asked of a source that is gone.
 */
export async function fitMounts(
  mounts: readonly Mount[],
  joeyFolders: readonly string[],
  grants: readonly Grant[],
): Promise<Mount[]> {
  const fitted = await Promise.all(
    mounts.map(async (mount) => {
      const kind = await stat(mount.source).catch(() => null)
      if (!kind?.isSocket() && findObjection(mount.source, joeyFolders) === null) return mount
      const over = grantsOver(mount.source, grants)
      if (over.length === 0) return null
      return over.some(({ access }) => access === 'rw') ? mount : { ...mount, readOnly: true }
    }),
  )
  return fitted.filter((mount) => mount !== null)
}

/**
 * For every start: the sources are where they were when they were checked. A folder on the way that somebody may write to,
 * perhaps another sandbox, could have become a link to what was never looked at.
 */
export async function requireUnmoved(mounts: readonly Mount[]): Promise<void> {
  for (const { source } of mounts) {
    const path = await realpath(source).catch(() => {
      const message = `There is nothing at ${source} any more, which is mounted in the sandbox. Put it back, then start again.`
      throw appError('conflict', 'mount-source-gone', message, { params: { source } })
    })
    if (path === source) continue
    const message = `${source} has become a link to ${path}, so it is not mounted. Make it what it was, or create the sandbox anew.`
    throw appError('refused', 'mount-source-moved', message, { params: { source, path } })
  }
}

async function checkSource(mount: Mount, joeyFolders: readonly string[], grants: readonly Grant[]): Promise<string> {
  const { source } = mount
  const path = await realpath(source).catch(() => {
    throw appError(
      'invalidRequest',
      'mount-source-missing',
      `There is nothing at ${source} to mount. Create it first, or check the path.`,
    )
  })
  const refusal = await findRefusal(mount, path, joeyFolders)
  if (refusal === null) return path
  const over = grantsOver(path, grants)
  if (!refusal.grantable || over.length === 0) throw refusal.error
  if (!mount.readOnly && over.every(({ access }) => access === 'ro')) {
    const message = `${source} is granted for reading only. Mount it read-only, or grant host-path:${source}:rw.`
    throw appError('refused', 'mount-granted-read-only', message, { params: { source } })
  }
  return path
}

interface Refusal {
  readonly error: AppError
  /** What a person may give by name all the same. */
  readonly grantable: boolean
}

async function findRefusal(mount: Mount, path: string, joeyFolders: readonly string[]): Promise<Refusal | null> {
  const { source } = mount
  const kind = await stat(path)
  const refuse = (reason: string, message: string, grant: string | null): Refusal => {
    const how = grant === null ? '' : ` To give it all the same, grant ${grant} by name.`
    return { error: appError('refused', reason, `${message}${how}`, { params: { source } }), grantable: grant !== null }
  }
  const grantFor = (access: string) => (isOfJoey(path, joeyFolders) ? null : `host-path:${path}:${access}`)
  if (kind.isSocket()) {
    const message = `${source} is a socket. What listens there could be commanded from inside, so Joey does not mount it.`
    return refuse('mount-source-socket', message, grantFor('rw'))
  }
  if (!kind.isDirectory() && !kind.isFile()) {
    const message = `${source} is neither a folder nor a file, so Joey does not mount it.`
    return refuse('mount-source-special', message, null)
  }
  const why = findObjection(path, joeyFolders)
  if (why === null) return null
  return refuse('mount-source-refused', `${source} is not mounted: ${why}`, grantFor(mount.readOnly ? 'ro' : 'rw'))
}

/** Pure, so that every path is a table test. Null: no objection. */
export function findObjection(path: string, joeyFolders: readonly string[], home = homedir()): string | null {
  if (isOfJoey(path, joeyFolders)) {
    return 'it holds the state or the socket of Joey itself.'
  }
  if (wholeFolders.includes(path) || path === home || /^\/home\/[^/]+$/.test(path)) {
    return 'it is a whole home or the whole system, with keys and settings in it. Mount the folder in it that you need.'
  }
  if (
    keyFolders.some((folder) => new RegExp(`^(${escape(home)}|/root|/home/[^/]+)/${escape(folder)}(/|$)`).test(path))
  ) {
    return 'it holds keys that open other systems.'
  }
  if (personalFolders.some((folder) => isWithin(path, folder))) return null
  const system = systemFolders.find((folder) => isWithin(path, folder))
  return system === undefined
    ? null
    : `${system} belongs to the system. Copy what you need to a folder of your own and mount that.`
}

function normalize(target: string): string {
  return `/${target
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')}`
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
