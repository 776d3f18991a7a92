import { appError } from '#contract/app-error'
import type { SandboxSpec } from '#contract/sandbox'
import { checkGrants, mountsOfGrants } from './grant-policy.ts'
import { checkMounts, fitMounts, placeMounts } from './mount-policy.ts'

/**
 * Checks what a sandbox shall be, as far as policy and this machine decide it, and returns it with paths resolved.
 * Refuses with the reason, before anything is changed.
 */
export async function checkSpec(spec: SandboxSpec, joeyFolders: readonly string[]): Promise<SandboxSpec> {
  requireFittingNetwork(spec)
  const grants = await checkGrants(spec, joeyFolders)
  const mounts = await checkMounts(spec.mounts, joeyFolders, grants)
  // What is mounted because it was granted needs its place as well.
  placeMounts([...mounts, ...mountsOfGrants(grants, mounts)])
  return { ...spec, grants, mounts }
}

/** The same with other grants: mounts that are not allowed without the old ones go with them. */
export async function withGrants(
  spec: SandboxSpec,
  wished: SandboxSpec['grants'],
  joeyFolders: readonly string[],
): Promise<SandboxSpec> {
  requireFittingNetwork({ ...spec, grants: wished })
  const grants = await checkGrants({ ...spec, grants: wished }, joeyFolders)
  const mounts = await fitMounts(spec.mounts, joeyFolders, grants)
  placeMounts([...mounts, ...mountsOfGrants(grants, mounts)])
  return { ...spec, grants, mounts }
}

export function hasHostNetwork(spec: Pick<SandboxSpec, 'grants'>): boolean {
  return spec.grants.some(({ kind }) => kind === 'host-network')
}

/** Refuses ports and networks where there is nothing that they could be of. */
export function requireFittingNetwork(spec: SandboxSpec): void {
  const shared = hasHostNetwork(spec)
  if (shared && spec.network === 'none') {
    const message =
      'It cannot have this machine\'s network and none. Leave out host-network, or choose the network "nat".'
    throw appError('invalidRequest', 'host-network-and-none', message)
  }
  if (shared && spec.ports.length > 0) {
    const message = "On this machine's own network its ports are this machine's. Leave out the ports, or host-network."
    throw appError('invalidRequest', 'host-network-and-ports', message)
  }
  if (shared && spec.networkName !== null) {
    const message =
      "It is either on this machine's own network or on one of sandboxes. Leave out host-network, or the network's name."
    throw appError('invalidRequest', 'host-network-and-name', message)
  }
  if (spec.network === 'nat') return
  if (spec.ports.length > 0) {
    const message = 'Ports cannot be published without a network. Use "nat", or leave out the ports.'
    throw appError('invalidRequest', 'ports-need-network', message)
  }
  if (spec.networkName !== null) {
    const message = `Without a network it cannot be on "${spec.networkName}". Use "nat", or leave out the network's name.`
    throw appError('invalidRequest', 'name-needs-network', message)
  }
}
