import type { KeepRules, Snapshot } from '#contract/snapshot'

/** What the rules look at. */
export type KeptBy = Pick<Snapshot, 'id' | 'createdAt' | 'reason' | 'labels'>

/** Of snapshots that Joey makes before something risky, where the sandbox has no rules of its own. */
export const usualKeep: KeepRules = { last: 5, hourly: 0, daily: 0 }

/** A label that keeps a snapshot of Joey's from being removed by a rule. */
export const pinLabel = 'joey.keep'

/**
 * The snapshots of one sandbox that its rules no longer keep, oldest first. Those that people made are no rule's business,
 * nor are pinned ones. The newest in each of the last so many hours, and days, that have one is kept; hours and days are
 * of UTC, so that a change of the clock moves none.
 */
export function findSurplus<T extends KeptBy>(snapshots: readonly T[], rules: KeepRules): T[] {
  const own = snapshots
    .filter(({ reason, labels }) => isJoeys(reason) && !(pinLabel in labels))
    .sort((one, other) => other.createdAt.localeCompare(one.createdAt) || other.id.localeCompare(one.id))
  const kept = new Set([
    ...own.slice(0, rules.last),
    ...newestOfEach(own, rules.hourly, 'YYYY-MM-DDTHH'.length),
    ...newestOfEach(own, rules.daily, 'YYYY-MM-DD'.length),
  ])
  return own.filter((each) => !kept.has(each)).reverse()
}

/** What a fork was made from, and what came with an import, is somebody's wish. */
function isJoeys(reason: Snapshot['reason']): boolean {
  return !['manual', 'import', 'fork'].includes(reason)
}

function newestOfEach<T extends KeptBy>(newestFirst: readonly T[], count: number, length: number): T[] {
  const found = new Map<string, T>()
  for (const each of newestFirst) {
    const period = each.createdAt.slice(0, length)
    if (!found.has(period)) found.set(period, each)
  }
  return [...found.values()].slice(0, count)
}
