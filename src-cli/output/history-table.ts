import { formatBytes } from '#contract/byte-size'
import { type UsageHistory, type UsageMetric, usageMetrics } from '#contract/usage-history'
import type { Column } from './table.ts'

interface Past extends UsageHistory {
  readonly name: string | null
}

interface Figures {
  readonly avg: number | null
  readonly max: number | null
}

/** One step of one sandbox, class or machine. */
export interface HistoryRow {
  readonly name: string
  readonly at: Date
  /** Shown with the day: the span is longer than one. */
  readonly isLong: boolean
  readonly of: (metric: UsageMetric) => Figures
}

const unknown: Figures = { avg: null, max: null }

/** Steps of which something is known; the others are gaps, and would be empty lines. */
export function historyRows(pasts: readonly Past[]): HistoryRow[] {
  return pasts.flatMap((past) => {
    const first = Date.parse(past.since)
    const columns = new Map(past.columns.map((column) => [column.metric, column]))
    const steps = past.columns[0]?.avg.length ?? 0
    const isLong = Date.parse(past.until) - first > 86_400_000
    const rows = Array.from({ length: steps }, (_, step): HistoryRow => {
      const of = (metric: UsageMetric): Figures => {
        const column = columns.get(metric)
        return column ? { avg: column.avg[step] ?? null, max: column.max[step] ?? null } : unknown
      }
      return { name: past.name ?? '', at: new Date(first + step * past.step * 1000), isLong, of }
    })
    return rows.filter(({ of }) => of('cpu').avg !== null)
  })
}

/** Processor in percent of one core, as `joey stats` has it; means, and the most where it says so. */
export function historyColumns(rows: readonly HistoryRow[]): readonly Column<HistoryRow>[] {
  const right = (title: string, cell: (row: HistoryRow) => string): Column<HistoryRow> => ({
    ...{ title, cell, align: 'right' },
  })
  const rate = (metric: UsageMetric) => (row: HistoryRow) => text(row.of(metric).avg, formatBytes)
  return [
    { title: 'TIME', cell: formatTime },
    ...(rows.some(({ name }) => name !== rows[0]?.name)
      ? [{ title: 'NAME', cell: ({ name }: HistoryRow) => name }]
      : []),
    right('CPU %', ({ of }) => text(of('cpu').avg, percent)),
    right('MOST %', ({ of }) => text(of('cpu').max, percent)),
    right('HELD BACK %', ({ of }) => text(of('cpuThrottled').avg, percent)),
    right('MEMORY', ({ of }) => text(of('memory').avg, formatBytes)),
    right('MOST', ({ of }) => text(of('memory').max, formatBytes)),
    right('PIDS', ({ of }) => text(of('pids').max, (value) => String(Math.round(value)))),
    right('READ/S', rate('ioReadBytes')),
    right('WRITE/S', rate('ioWriteBytes')),
    right('NET IN/S', rate('netReceiveBytes')),
    right('NET OUT/S', rate('netSendBytes')),
    right('WAITED %', ({ of }) => text(worst(of), percent)),
    ...(rows.some(isKill) ? [killed] : []),
  ]
}

const isKill = ({ of }: HistoryRow): boolean => (of('oomKills').max ?? 0) > 0

const killed: Column<HistoryRow> = {
  title: 'KILLED',
  cell: (row) => (isKill(row) ? { text: 'out of memory', colour: 'red' } : '-'),
}

/** One line for each step, gaps included: mean, least and most of every metric, in the contract's units. */
export function csvLines(pasts: readonly Past[]): string[] {
  const metrics = usageMetrics
  const title = ['time', 'name', ...metrics.flatMap((metric) => [metric, `${metric}_min`, `${metric}_max`])]
  const lines = pasts.flatMap((past) => {
    const columns = metrics.map((metric) => past.columns.find((column) => column.metric === metric))
    const steps = past.columns[0]?.avg.length ?? 0
    return Array.from({ length: steps }, (_, step) => {
      const at = new Date(Date.parse(past.since) + step * past.step * 1000).toISOString()
      const values = columns.flatMap((column) => [column?.avg[step], column?.min[step], column?.max[step]])
      return [at, quoted(past.name ?? ''), ...values.map((value) => (value === null ? '' : String(value ?? '')))].join(
        ',',
      )
    })
  })
  return [title.join(','), ...lines]
}

function quoted(value: string): string {
  return /[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value
}

function text(value: number | null, format: (value: number) => string): string {
  return value === null ? '-' : format(value)
}

function percent(share: number): string {
  return (share * 100).toFixed(1)
}

/** The share of the time in which it waited for what it waited for most. */
function worst(of: HistoryRow['of']): number | null {
  const known = (['pressureCpuSome', 'pressureMemorySome', 'pressureIoSome'] as const)
    .map((metric) => of(metric).avg)
    .filter((value) => value !== null)
  return known.length === 0 ? null : Math.max(...known)
}

/** In the time of this machine, as people read it. */
function formatTime({ at, isLong }: HistoryRow): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const clock = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(':')
  return isLong ? `${two(at.getMonth() + 1)}-${two(at.getDate())} ${clock}` : clock
}
