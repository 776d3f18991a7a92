import { capabilityNames, controllingCapabilities, maskOf } from '../../../base/kernel/capabilities.ts'
import { isWithin } from '../../../base/kernel/mountinfo.ts'
import { defaultCapabilities } from '../../../engines/oci/grants.ts'
import type { NamespaceKind, Observed, ObservedMount, ObservedProcess } from './observed.ts'

/**
 * What the observed values mean. Facts, graph and score ask here, so that the three never disagree.
 */

/** More than these is more than the default. */
const everydayCapabilities = maskOf(defaultCapabilities)
const controlling = maskOf(controllingCapabilities)

/** Shared by every container: Linux gives a time namespace and a user namespace only to who asks for them. */
const usuallyShared: readonly NamespaceKind[] = ['user', 'time']

/**
 * Capabilities that matter to the host: of a container all that any process in it can get, also one that is started
 * later by `exec`; of an engine what it holds itself. In a user namespace of its own, they reach no further than that.
 */
export function reachingCapabilities({ engineProcess, kernel }: Observed): bigint {
  const { bounding, effective, permitted } = engineProcess.capabilities
  if (engineProcess.mapsUsers) return 0n
  return kernel === 'host' ? bounding | effective | permitted : effective | permitted
}

/** Names of those beyond the default. */
export function extraCapabilities(observed: Observed): string[] {
  return capabilityNames(reachingCapabilities(observed) & ~everydayCapabilities)
}

/** Names of those with which root inside is root outside. */
export function controllingOf(observed: Observed): string[] {
  return capabilityNames(reachingCapabilities(observed) & controlling)
}

export function isFiltered({ seccomp }: ObservedProcess): boolean {
  return seccomp.mode !== 0
}

/** Namespaces that it shares with the host although its class has them of its own. */
export function sharedNamespaces({ engineProcess, kernel }: Observed): NamespaceKind[] {
  // The agent and its own engines may be in a mount namespace apart from the host's without isolation between them.
  const shared = engineProcess.hostNamespaces.filter((kind) => !usuallyShared.includes(kind))
  return kernel === 'host' ? shared : shared.filter((kind) => kind !== 'cgroup' && kind !== 'uts' && kind !== 'ipc')
}

/** Root of this machine. */
export function isHostRoot({ uid, mapsUsers }: ObservedProcess): boolean {
  return uid === 0 && !mapsUsers
}

/** Whether two host paths hold files in common. */
export function isRelated(one: string, other: string): boolean {
  return isWithin(one, other) || isWithin(other, one)
}

/** Sockets of programs that do for whoever speaks to them what root can do. */
const commandingSockets = /\/(docker|containerd|podman|crio|buildkitd)\.sock$|\/systemd\/private$|\/system_bus_socket$/

export function isCommandingSocket(path: string): boolean {
  return commandingSockets.test(path)
}

/** Mounts through which the machine itself can be changed. */
export function controllingMounts(mounts: readonly ObservedMount[]): ObservedMount[] {
  return mounts.filter(({ controls }) => controls)
}
