import { realpath, stat } from 'node:fs/promises'
import { type AppError, appError } from '#contract/app-error'
import { capabilityNames, formatGrant } from '#contract/grant-text'
import type { Fact } from '#contract/observe'
import type { Grant, IsolationClass, Mount, SandboxSpec } from '#contract/sandbox'
import { isOfJoey, isWithin } from './host-paths.ts'

export type HostPathGrant = Extract<Grant, { kind: 'host-path' }>

/**
 * Checks the grants of a request and returns them with their paths resolved, each once. Refuses with the reason what
 * does not exist, what is never granted, and what means nothing in the class.
 *
 * @param joeyFolders the agent's own folders: state and sockets.
 */
export async function checkGrants(
  wish: Pick<SandboxSpec, 'class' | 'grants'>,
  joeyFolders: readonly string[],
): Promise<Grant[]> {
  const checked = new Map<string, Grant>()
  for (const grant of wish.grants) {
    const objection = objectionInClass(grant, wish.class)
    if (objection !== null) throw notInClass(grant, wish.class, objection)
    const resolved = await resolveGrant(grant, joeyFolders)
    const key = resolved.kind === 'host-path' ? resolved.path : formatGrant(resolved)
    const same = checked.get(key)
    if (same && formatGrant(same) !== formatGrant(resolved)) {
      throw appError('invalidRequest', 'grant-twice', `${key} is granted for reading and for writing. Say one of them.`)
    }
    checked.set(key, resolved)
  }
  return [...checked.values()]
}

/** Why a grant means nothing in a class; null where it does what it says. */
export function objectionInClass(grant: Grant, wanted: IsolationClass): string | null {
  if (wanted === 'microvm') {
    if (grant.kind === 'host-network')
      return "a micro-VM has network hardware of its own and cannot share this machine's."
    if (grant.kind === 'device') return 'the kernel in a micro-VM drives its own devices and sees none of this machine.'
    if (grant.kind === 'no-seccomp') return 'a micro-VM has a kernel of its own, whose system calls are not filtered.'
  }
  if (wanted === 'gvisor') {
    if (grant.kind === 'device') return 'gVisor answers system calls itself and passes on no device of this machine.'
    if (grant.kind === 'no-seccomp') return 'system calls go to gVisor, which does not filter them by a profile.'
  }
  return null
}

/** Those of `grants` under which a path of this machine lies. */
export function grantsOver(path: string, grants: readonly Grant[]): HostPathGrant[] {
  return grants.filter((grant): grant is HostPathGrant => grant.kind === 'host-path' && isWithin(path, grant.path))
}

/** Mounts of the granted paths that no mount names: at the same path below `/host`, outer ones first. */
export function mountsOfGrants(grants: readonly Grant[], mounts: readonly Mount[]): Mount[] {
  return grants
    .filter((grant): grant is HostPathGrant => grant.kind === 'host-path')
    .filter(({ path }) => !mounts.some(({ source }) => isWithin(source, path)))
    .sort((one, other) => one.path.length - other.path.length)
    .map(({ path, access }) => ({ kind: 'bind', source: path, target: `/host${path}`, readOnly: access === 'ro' }))
}

interface GrantsChange {
  /** Of the sandbox. */
  readonly name: string
  readonly before: readonly Grant[]
  readonly after: readonly Grant[]
  readonly runs: boolean
}

/** What was given and what was taken, as sentences for the record. */
export function describeChange({ name, before, after, runs }: GrantsChange): Extract<Fact, { type: 'notice' }>[] {
  const [old, now] = [before.map(formatGrant), after.map(formatGrant)]
  const when = runs ? ' It runs with what it had until its next start.' : ''
  const notice = (reason: string, message: string) => ({ type: 'notice' as const, reason, message: message + when })
  return [
    ...now.filter((text) => !old.includes(text)).map((text) => notice('granted', `"${name}" was granted ${text}.`)),
    ...old
      .filter((text) => !now.includes(text))
      .map((text) => notice('grant-taken-back', `The grant of ${text} to "${name}" was taken back.`)),
  ]
}

async function resolveGrant(grant: Grant, joeyFolders: readonly string[]): Promise<Grant> {
  switch (grant.kind) {
    case 'host-path':
      return { ...grant, path: await resolveHostPath(grant, joeyFolders) }
    case 'device':
      return { ...grant, path: await resolveDevice(grant.path) }
    case 'cap':
      requireCapability(grant.name)
      return grant
    default:
      return grant
  }
}

async function resolveHostPath(grant: HostPathGrant, joeyFolders: readonly string[]): Promise<string> {
  const path = await realpath(grant.path).catch(() => {
    const message = `There is nothing at ${grant.path} to grant. Create it first, or check the path.`
    throw appError('invalidRequest', 'grant-path-missing', message, { params: { path: grant.path } })
  })
  if (isOfJoey(path, joeyFolders)) {
    const message = `${grant.path} is not granted: it holds the state or the socket of Joey itself, and with them all sandboxes.`
    throw appError('refused', 'grant-of-joey', message, { params: { path: grant.path } })
  }
  const kind = await stat(path)
  if (kind.isSocket() && grant.access === 'ro') {
    const message = `${grant.path} is a socket: who reaches it can also speak to it. Grant it as host-path:${grant.path}:rw.`
    throw appError('invalidRequest', 'grant-of-socket', message, { params: { path: grant.path } })
  }
  if (!kind.isDirectory() && !kind.isFile() && !kind.isSocket()) {
    const message = `${grant.path} is neither a folder nor a file. A device is granted as device:${grant.path}.`
    throw appError('invalidRequest', 'grant-path-special', message, { params: { path: grant.path } })
  }
  return path
}

/** The node itself and not a link to it, which could lead elsewhere tomorrow. */
async function resolveDevice(wanted: string): Promise<string> {
  const path = await realpath(wanted).catch(() => null)
  const kind = path === null ? null : await stat(path).catch(() => null)
  if (path !== null && isWithin(path, '/dev') && (kind?.isCharacterDevice() || kind?.isBlockDevice())) return path
  const message = `${wanted} is no device of this machine. "ls -l /dev" shows them.`
  throw appError('invalidRequest', 'grant-device-missing', message, { params: { path: wanted } })
}

function requireCapability(name: string): void {
  if ((capabilityNames as readonly string[]).includes(name)) return
  const message = `Linux has no capability "${name}". It is written as in cap:SYS_ADMIN; there are ${capabilityNames.join(', ')}.`
  throw appError('invalidRequest', 'grant-cap-unknown', message, { params: { name } })
}

function notInClass(grant: Grant, wanted: IsolationClass, objection: string): AppError {
  const text = formatGrant(grant)
  const message = `${text} cannot be granted in the class "${wanted}": ${objection} Leave it out, or choose another class.`
  return appError('invalidRequest', 'grant-not-in-class', message, { params: { grant: text, class: wanted } })
}
