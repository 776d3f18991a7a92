import type { UsageTotal } from '#contract/usage-history'

export const columns = ['cpuSeconds', 'memoryMaxBytes', 'memoryAvgBytes', 'ioBytes', 'netBytes'] as const
export type Column = (typeof columns)[number]

export interface Order {
  readonly by: Column
  readonly descending: boolean
}

/** Pure. Those that are equal stand by their names, so that nothing jumps. */
export function sortTotals(totals: readonly UsageTotal[], { by, descending }: Order): UsageTotal[] {
  return totals.toSorted(
    (one, other) => (descending ? other[by] - one[by] : one[by] - other[by]) || one.name.localeCompare(other.name),
  )
}
