import { isDeepStrictEqual } from 'node:util'
import { appError } from '#contract/app-error'
import { networksOf } from '#contract/networks-of'
import { pathOfTmpfs, type SandboxSpec } from '#contract/sandbox'
import { signalNumber } from '../base/kernel/signal-number.ts'
import { findResource } from '../base/process/resources.ts'
import { keyOfPort } from '../network/host-ports.ts'
import { checkGrants, mountsOfGrants, requireCapability } from './grant-policy.ts'
import type { HostRules } from './host-paths.ts'
import { requireOwnSettings } from './kernel-settings.ts'
import { checkMounts, fitMounts, placeMounts } from './mount-policy.ts'
import { checkResources } from './resources.ts'
import { requireTimeZone } from './time-zone.ts'

/**
 * Checks what a sandbox shall be, as far as policy and this machine decide it, and returns it with paths resolved.
 * Refuses with the reason, before anything is changed.
 */
export async function checkSpec(spec: SandboxSpec, rules: HostRules): Promise<SandboxSpec> {
  requireFitting(spec)
  const grants = await checkGrants(spec, rules)
  return { ...spec, grants, ...(await checkPlaces({ ...spec, grants }, rules)) }
}

/** The same of one that is there and shall be another. What stays is not asked about again: its source may be away just now. */
export async function checkChanged(before: SandboxSpec, after: SandboxSpec, rules: HostRules): Promise<SandboxSpec> {
  requireFitting(after)
  const placesOf = ({ mounts, volumes, tmpfs }: SandboxSpec) => [mounts, volumes, tmpfs]
  const same = isDeepStrictEqual(placesOf(before), placesOf(after))
  return same ? after : { ...after, ...(await checkPlaces(after, rules)) }
}

/** Whether nothing of it is left when its main process has ended. */
export const isRemovedAtItsEnd = ({ removeOnExit }: SandboxSpec): boolean => removeOnExit

/** Whether it is started again when its main process has ended. */
export const isStartedAgain = ({ restartPolicy }: SandboxSpec): boolean => restartPolicy !== 'no'

/** What this machine is not asked about. */
function requireFitting(spec: SandboxSpec): void {
  requireFittingNetwork(spec)
  requireSinglePorts(spec)
  if (isRemovedAtItsEnd(spec) && isStartedAgain(spec)) throw appError('restart-and-remove')
  if (spec.stopWith !== null && signalNumber(spec.stopWith) === null) {
    throw appError('signal-unknown', { signal: spec.stopWith })
  }
  checkResources(spec)
  requireTimeZone(spec.timeZone)
  requireOwnSettings({ ...spec, hostNetwork: hasHostNetwork(spec) })
  if (spec.withInit && findResource(`inside/${process.arch}/joey-inside`) === null) throw appError('init-not-there')
  for (const name of spec.dropCapabilities) if (name !== 'ALL') requireCapability(name)
}

/** One port of this machine leads to one place. */
function requireSinglePorts({ ports }: SandboxSpec): void {
  const seen = new Set<string>()
  for (const port of ports.filter(({ hostPort }) => hostPort !== 0)) {
    const key = keyOfPort(port)
    if (seen.has(key)) throw appError('port-taken', { port: port.hostPort, by: 'same' })
    seen.add(key)
  }
}

async function checkPlaces(
  { grants, tmpfs, ...spec }: SandboxSpec,
  rules: HostRules,
): Promise<Pick<SandboxSpec, 'mounts' | 'volumes'>> {
  const mounts = await checkMounts(spec.mounts, rules, { class: spec.class, grants })
  const volumes = placeMounts(spec.volumes)
  // What is mounted because it was granted needs its place as well.
  placeMounts([...tmpfs.map(placeOfTmpfs), ...volumes, ...mounts, ...mountsOfGrants(grants, mounts)])
  return { mounts, volumes }
}

/** The same with other grants: mounts that are not allowed without the old ones go with them. */
export async function withGrants(
  spec: SandboxSpec,
  wished: SandboxSpec['grants'],
  rules: HostRules,
): Promise<SandboxSpec> {
  requireFittingNetwork({ ...spec, grants: wished })
  const grants = await checkGrants({ ...spec, grants: wished }, rules)
  const mounts = await fitMounts(spec.mounts, rules, { class: spec.class, grants })
  placeMounts([...spec.tmpfs.map(placeOfTmpfs), ...spec.volumes, ...mounts, ...mountsOfGrants(grants, mounts)])
  return { ...spec, grants, mounts }
}

const placeOfTmpfs = (text: string) => ({ target: pathOfTmpfs(text) })

export function hasHostNetwork(spec: Pick<SandboxSpec, 'grants'>): boolean {
  return spec.grants.some(({ kind }) => kind === 'host-network')
}

/** Refuses ports and networks where there is nothing that they could be of. */
export function requireFittingNetwork(spec: SandboxSpec): void {
  const shared = hasHostNetwork(spec)
  if (shared && spec.network === 'none') {
    throw appError('host-network-and-none')
  }
  if (shared && spec.ports.length > 0) {
    throw appError('host-network-and-ports')
  }
  const [first] = networksOf(spec)
  if (shared && first !== undefined) {
    throw appError('host-network-and-name')
  }
  if (spec.network === 'nat') return
  if (spec.ports.length > 0) {
    throw appError('ports-need-network')
  }
  if (first !== undefined) {
    throw appError('name-needs-network', { network: first })
  }
}
