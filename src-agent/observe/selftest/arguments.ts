import type { IsolationClass, Sandbox } from '#contract/sandbox'
import { grantsOver, mountsOfGrants } from '../../sandboxes/grant-policy.ts'
import type { Canaries } from './canaries.ts'

/** What a sandbox must not reach. */
export interface Surroundings {
  /** Addresses of sandboxes that share no network with it. */
  readonly siblings: readonly string[]
  /** Unix sockets of the agent. */
  readonly sockets: readonly string[]
  /** Numbers of this machine's disks: `8:0`. */
  readonly disks: readonly string[]
}

interface Given {
  readonly nonce: string
  readonly canaries: Pick<Canaries, 'marker' | 'addresses' | 'abstracts'>
  readonly surroundings: Surroundings
  readonly probeMs: number
}

/** The probe's command line. It takes at most this many of each; what a sandbox has beyond that is not looked at. */
const most = 60

/** Passes the probe where the canaries are, and what the sandbox was given. Never a secret. */
export function probeArguments(sandbox: Sandbox, { nonce, canaries, surroundings, probeMs }: Given): string[] {
  const { spec } = sandbox
  const mounts = [...spec.mounts, ...mountsOfGrants(spec.grants, spec.mounts)]
  const granted = mounts.filter(({ source }) => grantsOver(source, spec.grants).length > 0)
  const devices = spec.grants.flatMap((grant) => (grant.kind === 'device' ? [grant.path] : []))
  // Running into them is harmless where this machine's kernel keeps them, and ends the whole sandbox elsewhere.
  const { memoryBytes, pids } = sandbox.class === 'container' ? spec.limits : { memoryBytes: null, pids: null }
  return [
    ...['--nonce', nonce, '--class', sandbox.class, '--deadline', String(probeMs), '--host-pid', String(process.pid)],
    ...['--marker', canaries.marker],
    ...each('--canary', canaries.addresses),
    ...each('--abstract', canaries.abstracts),
    ...each('--sibling', surroundings.siblings),
    ...each('--socket', surroundings.sockets),
    ...each('--block', surroundings.disks),
    ...each('--device', devices),
    ...each(
      '--granted',
      granted.map(({ target }) => target),
    ),
    ...each('--mount', [...[...mounts, ...spec.volumes].map(({ target }) => target), ...ownMounts[sandbox.class]]),
    ...(memoryBytes === null ? [] : ['--memory', String(memoryBytes)]),
    ...(pids === null ? [] : ['--pids', String(pids)]),
  ]
}

/**
 * What the engine mounts in every sandbox of the class: of the sandbox's own disk, where gVisor would else put a file
 * system in memory, and the name of what programs in gVisor load (resources/gvisor).
 */
const ownMounts: Readonly<Record<IsolationClass, readonly string[]>> = {
  container: [],
  gvisor: ['/tmp', '/etc/ld.so.preload'],
  microvm: [],
}

function each(name: string, values: readonly string[]): string[] {
  return values.slice(0, most).flatMap((value) => [name, value])
}
