import { formatGrant } from '#contract/grant-text'
import { fieldsWhere, pickFields } from '#contract/read-fields'
import type { Grant, Mount, Sandbox, SandboxSpec } from '#contract/sandbox'
import type { SandboxField } from '#contract/sandbox-field'
import { sandboxFields } from '#contract/sandbox-fields'
import { type Sentence, sentence } from '#contract/sentence'
import type { Snapshot } from '#contract/snapshot'

/** What a restore leaves as it is, and what it calls that which it brings back: from the one table of fields. */
const keptAsNow = fieldsWhere(({ restored }) => restored === 'now')
const nouns = (Object.entries(sandboxFields) as [keyof SandboxSpec, SandboxField][]).flatMap(([key, { noun }]) =>
  noun === undefined ? [] : [[key, noun] as const],
)

export interface FittedSpec {
  readonly spec: SandboxSpec
  /** What is other than it is now, and what is other than it was, as sentences. */
  readonly changes: readonly Sentence[]
}

/**
 * What a sandbox is after a restore: what it was, but with the name, the network and the ports that it has now, and never
 * with a grant or a mount that has been taken from it since.
 */
export function fitSpec({ name, spec: now }: Sandbox, { spec: then, class: wanted }: Snapshot): FittedSpec {
  const grants = then.grants.flatMap((grant) => keepGrant(grant, now.grants))
  const mounts = then.mounts.flatMap((mount) => keepMount(mount, now.mounts))
  const spec = { ...then, ...pickFields(now, keptAsNow), class: wanted, grants, mounts }
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
  if (!same) return []
  const { recursive, ...plain } = mount
  const both = recursive && same.recursive
  return [{ ...plain, readOnly: mount.readOnly || same.readOnly, ...(both && { recursive }) }]
}

function describeWithheld(name: string, then: SandboxSpec, spec: SandboxSpec): Sentence[] {
  const kept = spec.grants.map(formatGrant)
  const grants = then.grants.map(formatGrant).filter((text) => !kept.includes(text))
  const mounts = then.mounts.filter(({ target }) => !spec.mounts.some((mount) => mount.target === target))
  return [
    ...grants.map((grant) => sentence('restore-withholds-grant', { name, grant })),
    ...mounts.map(({ source, target }) => sentence('restore-withholds-mount', { source, target })),
  ]
}

function describeChanges(now: SandboxSpec, spec: SandboxSpec): Sentence[] {
  const other = nouns.filter(([key]) => JSON.stringify(now[key]) !== JSON.stringify(spec[key])).map(([, noun]) => noun)
  return [
    ...(now.class === spec.class ? [] : [sentence('restore-changes-class', { from: now.class, to: spec.class })]),
    ...(now.volumes.length === 0 ? [] : [sentence('restore-keeps-volumes')]),
    ...(now.image === spec.image ? [] : [sentence('restore-changes-image', { from: now.image, to: spec.image })]),
    ...other.map((noun) => sentence('restore-brings-back', { fields: sentence(noun) })),
  ]
}
