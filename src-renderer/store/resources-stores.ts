import { type DiskUsage, readDiskUsage } from '#contract/disk-usage'
import { readUsageTotals, type UsageTotal } from '#contract/usage-history'
import { call } from '../call.ts'
import { createQueryStore } from './query-store.ts'

/** How far back the table looks. */
export const totalSpans = ['hour', 'hours', 'days'] as const
export type TotalSpan = (typeof totalSpans)[number]

const hoursOf: Readonly<Record<TotalSpan, number>> = { hour: 1, hours: 6, days: 168 }

/** Who took what of this machine. */
export const totalsStore = createQueryStore(
  (span: TotalSpan): Promise<readonly UsageTotal[]> =>
    call(readUsageTotals, { since: new Date(Date.now() - hoursOf[span] * 3_600_000).toISOString() }),
)

/** What is on the disk, by kind. To count it takes a moment. */
export const diskStore = createQueryStore(
  async (_query: null): Promise<readonly DiskUsage[]> => (await call(readDiskUsage, {})).kinds,
)
