import { formatGrant } from '#contract/grant-text'
import type { Grant, Mount, Sandbox, SandboxSpec } from '#contract/sandbox'
import type { Snapshot } from '#contract/snapshot'

export interface FittedSpec {
  readonly spec: SandboxSpec
  /** What is other than it is now, and what is other than it was, as sentences. */
  readonly changes: string[]
}

/**
 * What a sandbox is after a restore: what it was, but with the name, the network and the ports that it has now, and never
 * with a grant or a mount that has been taken from it since.
 */
export function fitSpec({ name, spec: now }: Sandbox, { spec: then, class: wanted }: Snapshot): FittedSpec {
  const grants = then.grants.flatMap((grant) => keepGrant(grant, now.grants))
  const mounts = then.mounts.flatMap((mount) => keepMount(mount, now.mounts))
  const { hostname, network, networkName, ports, removeOnExit } = now
  const spec = { ...then, class: wanted, hostname, network, networkName, ports, removeOnExit, grants, mounts }
  return { spec, changes: [...describeWithheld(name, then, spec), ...describeChanges(now, spec)] }
}

/** The grant as far as it holds now: of a path, for reading only where no more is granted. */
function keepGrant(grant: Grant, now: readonly Grant[]): Grant[] {
  const wanted = formatGrant(grant)
  if (now.some((each) => formatGrant(each) === wanted)) return [grant]
  if (grant.kind !== 'host-path') return []
  return now.filter((each) => each.kind === 'host-path' && each.path === grant.path && each.access === 'ro')
}

function keepMount(mount: Mount, now: readonly Mount[]): Mount[] {
  const same = now.find(({ source, target }) => source === mount.source && target === mount.target)
  return same ? [{ ...mount, readOnly: mount.readOnly || same.readOnly }] : []
}

function describeWithheld(name: string, then: SandboxSpec, spec: SandboxSpec): string[] {
  const kept = spec.grants.map(formatGrant)
  const grants = then.grants.map(formatGrant).filter((text) => !kept.includes(text))
  const mounts = then.mounts.filter(({ target }) => !spec.mounts.some((mount) => mount.target === target))
  return [
    ...grants.map((text) => `"${name}" no longer has the grant ${text}, so it does not get it back.`),
    ...mounts.map(({ source, target }) => `${source} is no longer mounted at ${target}, and is not mounted again.`),
  ]
}

const words: readonly [keyof SandboxSpec, string][] = [
  ['command', 'the command'],
  ['entrypoint', 'the entrypoint'],
  ['env', 'the environment'],
  ['cwd', 'the working folder'],
  ['user', 'the user'],
  ['tty', 'the terminal of the main process'],
  ['limits', 'the limits'],
  ['readOnlyRoot', 'whether the root can be written to'],
  ['grants', 'the grants'],
  ['mounts', 'the mounts'],
]

function describeChanges(now: SandboxSpec, spec: SandboxSpec): string[] {
  const other = words.filter(([key]) => JSON.stringify(now[key]) !== JSON.stringify(spec[key])).map(([, text]) => text)
  return [
    ...(now.class === spec.class ? [] : [`The class changes from "${now.class}" to "${spec.class}".`]),
    ...(now.image === spec.image ? [] : [`The image changes from "${now.image}" to "${spec.image}".`]),
    ...(other.length === 0 ? [] : [`This becomes again what it was then: ${other.join(', ')}.`]),
  ]
}
