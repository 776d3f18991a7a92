import { formatGrant } from '#contract/grant-text'
import { notice } from '#contract/notice'
import type { NoticeFact } from '#contract/observe'
import type { Grant, Sandbox } from '#contract/sandbox'
import { type IdRanges, idsOfSandbox } from '../base/kernel/id-ranges.ts'
import type { Driver, IdMapping, LaunchPlan } from '../engines/driver.ts'
import type { UserNamespace } from '../engines/user-ids.ts'
import type { Lease } from '../network/network.ts'

/**
 * Capabilities that do what they say in a user namespace too: over its own files, processes and network. Each of the others acts
 * on the machine as a whole, and the kernel asks for it in the namespace of the machine.
 */
const workInside: ReadonlySet<string> = new Set([
  ...['CHOWN', 'DAC_OVERRIDE', 'DAC_READ_SEARCH', 'FOWNER', 'FSETID', 'KILL', 'SETGID', 'SETUID', 'SETPCAP', 'SETFCAP'],
  ...['NET_BIND_SERVICE', 'NET_BROADCAST', 'NET_ADMIN', 'NET_RAW', 'IPC_OWNER', 'SYS_CHROOT', 'SYS_PTRACE'],
])

/** Why a sandbox has the ids of this machine. */
export type HostIdsReason =
  | { readonly why: 'grant'; readonly what: string }
  | { readonly why: 'mount'; readonly what: string }
  | { readonly why: 'user'; readonly what: string }
  | { readonly why: 'ranges'; readonly what: null }
  | { readonly why: 'readOnlyRoot'; readonly what: null }

/** The first grant that would mean nothing to a root that is not this machine's. */
function findGrantOfHostIds(mapsIds: IdMapping, grants: readonly Grant[]): Grant | null {
  const needsHost = (grant: Grant): boolean => {
    // What is granted to a guest with a kernel of its own acts on that kernel, but for the network.
    if (mapsIds !== 'guest') return mapsIds === 'files' && grant.kind === 'host-network'
    if (grant.kind === 'cap') return !workInside.has(grant.name)
    return grant.kind === 'device' || grant.kind === 'host-network'
  }
  return grants.find(needsHost) ?? null
}

/** What of a specification keeps the sandbox from having ids of its own. */
export function findReasonAgainst(
  mapsIds: IdMapping,
  { grants, readOnlyRoot }: Pick<Sandbox['spec'], 'grants' | 'readOnlyRoot'>,
): HostIdsReason | null {
  const grant = findGrantOfHostIds(mapsIds, grants)
  if (grant !== null) return { why: 'grant', what: formatGrant(grant) }
  // runsc makes it read-only by a call in which it takes back "nodev" and "nosuid", which root of a user namespace cannot.
  return mapsIds === 'files' && readOnlyRoot ? { why: 'readOnlyRoot', what: null } : null
}

interface Wish {
  readonly sandbox: Sandbox
  readonly driver: Pick<Driver, 'mapsIds'>
  readonly lease: Lease | null
  readonly mounts: readonly unknown[]
  /** Null: this machine cannot map ids. */
  readonly ranges: IdRanges | null
}

/** The user namespace of a run, or why it has none where it could have one. */
export function chooseUserNamespace({ sandbox, driver: { mapsIds }, lease, mounts, ranges }: Wish): {
  readonly users: UserNamespace | null
  readonly reason: HostIdsReason | null
} {
  if (mapsIds === null || ranges === null || (mapsIds === 'mounts' && mounts.length === 0)) {
    return { users: null, reason: null }
  }
  const against = findReasonAgainst(mapsIds, sandbox.spec)
  if (against !== null) return { users: null, reason: against }
  if (lease?.users) {
    const { first, path } = lease.users
    return { users: { first, path: mapsIds === 'guest' ? path : null }, reason: null }
  }
  // A network that was made before there were ranges left belongs to this machine.
  const first = lease === null ? ranges.take(sandbox.id) : null
  if (first === null) return { users: null, reason: { why: 'ranges', what: null } }
  return { users: { first, path: null }, reason: null }
}

/** Why the plan's process cannot run with ids of its own. */
export function findForeignUser({ uid, gid, additionalGids }: LaunchPlan['process']): HostIdsReason | null {
  const highest = Math.max(uid, gid, ...additionalGids)
  return highest < idsOfSandbox ? null : { why: 'user', what: String(highest) }
}

/** The notice of it. */
export function describeHostIds(name: string, mapsIds: IdMapping, { why, what }: HostIdsReason): NoticeFact {
  const values = { name, why, what: what ?? '' }
  if (mapsIds === 'guest') return notice('ids-of-this-machine', values)
  return notice('server-ids-of-this-machine', { ...values, serves: mapsIds === 'files' ? 'files' : 'mounts' })
}
