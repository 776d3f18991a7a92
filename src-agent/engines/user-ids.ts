import { idsOfSandbox, nobodysIds } from '../base/kernel/id-ranges.ts'

/** A sandbox's user namespace: which ids of this machine its own ids 0 to 65535 are. */
export interface UserNamespace {
  readonly first: number
  /** A file that keeps the namespace to which the sandbox's network belongs. Null: the engine makes one with this map. */
  readonly path: string | null
}

/** The map of a user namespace as OCI has it. */
export function ociMappings({ first }: UserNamespace): Record<string, unknown> {
  const mapping = [{ containerID: 0, hostID: first, size: idsOfSandbox }]
  return { uidMappings: mapping, gidMappings: mapping }
}

/**
 * How users of a folder of this machine are seen in a sandbox, as the kernel takes it for a mount: ID-ON-DISK ID-HERE COUNT, one
 * entry after another. The folder's owner is whom the sandbox runs as, so that what its program writes there belongs to
 * the owner of the folder. Other users are the same on both sides, as data of a service's own account has to be in every
 * class, but for root of this machine, whom nobody inside is. A user inside whose place is taken by these rules writes as
 * somebody who is nobody here.
 */
export function userMap(owner: number, runsAs: number, first: number): string {
  const displaced = [...new Set([0, owner])].filter((id) => id !== runsAs && id < idsOfSandbox)
  const others = gapsBetween([...displaced, runsAs]).map(([from, count]) => [from, from, count] as const)
  return format([[owner, runsAs, 1], ...others, ...displaced.flatMap((id) => asNobody([id, 1], owner))], first)
}

/**
 * The same for groups, of which only the folder's own is one of this machine: with the set-group-id bit a file gives whoever
 * runs it the power of its group.
 */
export function groupMap(owner: number, runsAs: number, first: number): string {
  const others = gapsBetween([runsAs]).flatMap((range) => asNobody(range, owner))
  return format([[owner, runsAs, 1], ...others], first)
}

/** Ids on disk are those inside, whichever range of this machine's ids the sandbox has. */
export function guestMap(first: number): string {
  return `0 ${first} ${idsOfSandbox}`
}

type Entry = readonly [disk: number, inside: number, count: number]
type Range = readonly [from: number, count: number]

/** All ids of a sandbox but these. */
function gapsBetween(ids: readonly number[]): Range[] {
  const limits = [-1, ...ids.toSorted((one, other) => one - other), idsOfSandbox]
  return limits.slice(1).flatMap((id, index): Range[] => {
    const from = (limits[index] ?? 0) + 1
    return id > from ? [[from, id - from]] : []
  })
}

/** Ids on the disk that are nobody's, but for one that is the folder's owner already. */
function asNobody([from, count]: Range, owner: number): Entry[] {
  const taken = owner - nobodysIds - from
  const parts: readonly Range[] =
    taken < 0 || taken >= count
      ? [[from, count]]
      : [
          [from, taken],
          [from + taken + 1, count - taken - 1],
        ]
  return parts.filter(([, size]) => size > 0).map(([id, size]) => [nobodysIds + id, id, size])
}

function format(entries: readonly Entry[], first: number): string {
  return entries.map(([disk, inside, count]) => `${disk} ${first + inside} ${count}`).join(',')
}
