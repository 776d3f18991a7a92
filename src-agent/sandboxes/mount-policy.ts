import { realpath, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { appError } from '#contract/app-error'
import type { Mount } from '#contract/sandbox'

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
 */
export async function checkMounts(mounts: readonly Mount[], joeyFolders: readonly string[]): Promise<Mount[]> {
  const targets = new Set<string>()
  const checked: Mount[] = []
  for (const mount of mounts) {
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
    checked.push({ ...mount, target, source: await checkSource(mount.source, joeyFolders) })
  }
  return checked
}

async function checkSource(source: string, joeyFolders: readonly string[]): Promise<string> {
  const path = await realpath(source).catch(() => {
    throw appError(
      'invalidRequest',
      'mount-source-missing',
      `There is nothing at ${source} to mount. Create it first, or check the path.`,
    )
  })
  const kind = await stat(path)
  if (kind.isSocket()) {
    const message = `${source} is a socket. What listens there could be commanded from inside, so Joey does not mount it.`
    throw appError('refused', 'mount-source-socket', message, { params: { source } })
  }
  if (!kind.isDirectory() && !kind.isFile()) {
    throw appError(
      'refused',
      'mount-source-special',
      `${source} is neither a folder nor a file, so Joey does not mount it.`,
    )
  }
  const why = findObjection(path, joeyFolders)
  if (why !== null)
    throw appError('refused', 'mount-source-refused', `${source} is not mounted: ${why}`, { params: { source } })
  return path
}

/** Pure, so that every path is a table test. Null: no objection. */
export function findObjection(path: string, joeyFolders: readonly string[], home = homedir()): string | null {
  if (joeyFolders.some((folder) => isWithin(path, folder) || isWithin(folder, path))) {
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

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === '/' ? '/' : `${folder}/`)
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
