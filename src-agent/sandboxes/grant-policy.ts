import { realpath, stat } from 'node:fs/promises'
import { type AppError, appError } from '#contract/app-error'
import { capabilityNames, formatGrant } from '#contract/grant-text'
import { notice } from '#contract/notice'
import type { NoticeFact } from '#contract/observe'
import type { Grant, IsolationClass, Mount, SandboxSpec } from '#contract/sandbox'
import { type Sentence, sentence } from '#contract/sentence'
import { mountsOfPath } from '../base/host-path/mounts-of-path.ts'
import type { HostPath } from '../base/host-path/open-host-path.ts'
import { openOnHost } from '../base/host-path/open-on-host.ts'
import { type HostRules, isOfJoey, isWithin } from './host-paths.ts'

export type HostPathGrant = Extract<Grant, { kind: 'host-path' }>

/**
 * Checks the grants of a request and returns them with their paths resolved, each once. Refuses with the reason what
 * does not exist, what is never granted, and what means nothing in the class.
 */
export async function checkGrants(wish: Pick<SandboxSpec, 'class' | 'grants'>, rules: HostRules): Promise<Grant[]> {
  const checked = new Map<string, Grant>()
  for (const grant of wish.grants) {
    const objection = objectionInClass(grant, wish.class)
    if (objection !== null) throw notInClass(grant, wish.class, objection)
    const resolved = await resolveGrant(grant, rules)
    const key = resolved.kind === 'host-path' ? resolved.path : formatGrant(resolved)
    const same = checked.get(key)
    if (same && formatGrant(same) !== formatGrant(resolved)) {
      throw appError('grant-twice', { key })
    }
    checked.set(key, resolved)
  }
  return [...checked.values()]
}

/** Why a grant means nothing in a class; null where it does what it says. */
export function objectionInClass(grant: Grant, wanted: IsolationClass): Sentence | null {
  if (wanted === 'microvm') {
    if (grant.kind === 'host-network') return sentence('objection-network-hardware')
    if (grant.kind === 'device') return sentence('objection-own-devices')
    if (grant.kind === 'no-seccomp') return sentence('objection-own-kernel')
  }
  if (wanted === 'gvisor') {
    if (grant.kind === 'device') return sentence('objection-gvisor-devices')
    if (grant.kind === 'no-seccomp') return sentence('objection-gvisor-calls')
    if (grant.kind === 'new-privileges') return sentence('objection-gvisor-new-privileges')
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
export function describeChange({ name, before, after, runs }: GrantsChange): NoticeFact[] {
  const [old, now] = [before.map(formatGrant), after.map(formatGrant)]
  const values = (grant: string) => ({ name, grant, runs: runs ? ('yes' as const) : ('no' as const) })
  return [
    ...now.filter((text) => !old.includes(text)).map((text) => notice('granted', values(text))),
    ...old.filter((text) => !now.includes(text)).map((text) => notice('grant-taken-back', values(text))),
  ]
}

async function resolveGrant(grant: Grant, rules: HostRules): Promise<Grant> {
  switch (grant.kind) {
    case 'host-path':
      return { ...grant, path: await resolveHostPath(grant, rules) }
    case 'device':
      return { ...grant, path: await resolveDevice(grant.path) }
    case 'cap':
      requireCapability(grant.name)
      return grant
    default:
      return grant
  }
}

async function resolveHostPath(grant: HostPathGrant, rules: HostRules): Promise<string> {
  const { path } = grant
  const held = await openOnHost(path, rules.untrusted, () => appError('grant-path-missing', { path }))
  try {
    requireGrantable(grant, held, rules)
    return held.path
  } finally {
    await held.close()
  }
}

function requireGrantable({ path, access }: HostPathGrant, held: HostPath, rules: HostRules): void {
  const names = [held.path, ...mountsOfPath(held).aliases]
  if (names.some((name) => isOfJoey(name, rules.joey))) throw appError('grant-of-joey', { path })
  const isInstallation = names.some((name) => isOfJoey(name, rules.installation))
  if (access === 'rw' && isInstallation) throw appError('grant-of-installation', { path })
  const { stats } = held
  if (stats.isSocket() && access === 'ro') throw appError('grant-of-socket', { path })
  if (!stats.isDirectory() && !stats.isFile() && !stats.isSocket()) throw appError('grant-path-special', { path })
}

/** The node itself and not a link to it, which could lead elsewhere tomorrow. */
async function resolveDevice(wanted: string): Promise<string> {
  const path = await realpath(wanted).catch(() => null)
  const kind = path === null ? null : await stat(path).catch(() => null)
  if (path !== null && isWithin(path, '/dev') && (kind?.isCharacterDevice() || kind?.isBlockDevice())) return path
  throw appError('grant-device-missing', { path: wanted })
}

/** Rejects a name that Linux has not. */
export function requireCapability(name: string): void {
  if ((capabilityNames as readonly string[]).includes(name)) return
  throw appError('grant-cap-unknown', { name, known: capabilityNames.join(', ') })
}

function notInClass(grant: Grant, wanted: IsolationClass, objection: Sentence): AppError {
  return appError('grant-not-in-class', { grant: formatGrant(grant), class: wanted, why: objection })
}
