import { formatClock, formatDay, formatSecond } from '../../model/locale.ts'
import type { PastRange } from '../../store/past-store.ts'

/** As short as the span allows: with seconds in minutes, with the day in days. */
export function formatChartTime(seconds: number, range: PastRange): string {
  const at = seconds * 1000
  if (range === 'minutes') return formatSecond(at)
  if (range === 'hours') return formatClock(at)
  return `${formatDay(at, { weekday: 'short', day: 'numeric' })} ${formatClock(at)}`
}
