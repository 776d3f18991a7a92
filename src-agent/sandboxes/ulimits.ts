import type { IsolationClass, SandboxSpec } from '#contract/sandbox'
import { formatUlimit, readUlimit, type UlimitParts } from '#contract/ulimit'
import { type HardLimits, readHardLimits } from '../base/kernel/own-limits.ts'

/** What no kernel gives beyond, unless it is told to. */
const mostOpenFiles = 1_048_576
/** What the kernel counts for each user, and so for what runs on this machine as the same one. */
const countedTogether: ReadonlySet<string> = new Set(['sigpending', 'msgqueue'])

/** What may be asked for at most; null: everything. A guest's own kernel does not care what this machine's agent has. */
function mostOf(name: UlimitParts['name'], own: IsolationClass, limits: HardLimits): number | null {
  const most = own === 'microvm' ? null : limits[name]
  if (name === 'nofile') return Math.min(most ?? mostOpenFiles, mostOpenFiles)
  return most !== null && countedTogether.has(name) ? Math.floor(most / 2) : most
}

const lower = (one: number | null, other: number | null) => (one === null ? other : Math.min(one, other ?? one))

/** The limits of each process that it really gets: who starts it cannot give more than there is. */
export function ulimitsOf(
  { ulimits, class: own }: Pick<SandboxSpec, 'ulimits' | 'class'>,
  limits: HardLimits | null = ulimits.length === 0 ? null : readHardLimits(),
): readonly UlimitParts[] {
  if (limits === null) return []
  // The last of a name counts.
  const byName = new Map(ulimits.map(readUlimit).map((each) => [each.name, each]))
  return [...byName.values()].map(({ name, soft, hard }) => {
    const most = mostOf(name, own, limits)
    return { name, soft: lower(soft, most), hard: lower(hard, most) }
  })
}

/** What people should know where it gets less than it asks for; null where it gets all. */
export function clampedUlimits(
  spec: Pick<SandboxSpec, 'ulimits' | 'class'>,
  limits?: HardLimits,
): { readonly wanted: string; readonly given: string } | null {
  const wanted = new Set(spec.ulimits)
  const less = ulimitsOf(spec, limits).filter((each) => !wanted.has(formatUlimit(each)))
  if (less.length === 0) return null
  const names = new Set(less.map(({ name }) => name))
  return {
    wanted: spec.ulimits.filter((text) => names.has(readUlimit(text).name)).join(', '),
    given: less.map(formatUlimit).join(', '),
  }
}
