import { type UsageHistory, type UsageMetric, usageMetrics } from '#contract/usage-history'

export type Numbers = readonly (number | null)[]

/** Seconds, one for each step. */
export function timesOf({ since, step, columns }: UsageHistory): number[] {
  const begin = Date.parse(since) / 1000
  return Array.from({ length: columns[0]?.avg.length ?? 0 }, (_, place) => begin + place * step)
}

export function valuesOf({ columns }: UsageHistory, metric: UsageMetric, of: 'avg' | 'min' | 'max' = 'avg'): Numbers {
  return columns.find((column) => column.metric === metric)?.[of] ?? []
}

/** Of several metrics together: what moved both ways, say. Unknown where one of them is. */
export function sumOf(history: UsageHistory, metrics: readonly UsageMetric[]): Numbers {
  const columns = metrics.map((metric) => valuesOf(history, metric))
  return (columns[0] ?? []).map((_, place) => {
    const values = columns.map((column) => column[place] ?? null)
    return values.some((value) => value === null) ? null : values.reduce<number>((sum, value) => sum + (value ?? 0), 0)
  })
}

/** Puts values of another history, of the same step or not, at the given times. */
export function alignTo(times: readonly number[], history: UsageHistory, values: Numbers): Numbers {
  const begin = Date.parse(history.since) / 1000
  return times.map((time) => values[Math.floor((time - begin) / history.step + 1e-6)] ?? null)
}

/** A sandbox that has just begun fills the chart, and not its last corner: what was before it goes, but for a minute's worth of steps. */
export function withoutBefore(history: UsageHistory, least = 60): UsageHistory {
  const known = valuesOf(history, 'memory').findIndex((value) => value !== null)
  const steps = timesOf(history).length
  const dropped = Math.max(0, Math.min(known, steps - least))
  if (dropped === 0) return history
  const columns = history.columns.map(({ metric, avg, min, max }) => ({
    ...{ metric, avg: avg.slice(dropped), min: min.slice(dropped), max: max.slice(dropped) },
  }))
  return {
    ...history,
    since: new Date(Date.parse(history.since) + dropped * history.step * 1000).toISOString(),
    columns,
  }
}

/** The last one that is known. */
export function lastOf(values: Numbers): number | null {
  return values.findLast((value) => value !== null) ?? null
}

/** A span in which a sandbox did not simply run. */
export interface Band {
  readonly from: number
  readonly to: number
  readonly kind: 'paused' | 'off'
}

const running = new Set(['running', 'stopping'])

/** What lies behind the lines, in seconds. Where nothing is known of its state, there is none. */
export function bandsOf({ states, since, until }: UsageHistory): Band[] {
  const [begin, end] = [Date.parse(since) / 1000, Date.parse(until) / 1000]
  return states.flatMap(({ at, state }, place): Band[] => {
    const from = Math.max(begin, Date.parse(at) / 1000)
    const next = states[place + 1]
    const to = Math.min(end, next ? Date.parse(next.at) / 1000 : end)
    if (running.has(state) || to <= from) return []
    return [{ from, to, kind: state === 'paused' ? 'paused' : 'off' }]
  })
}

/** Moments in which it started, in seconds. */
export function startsOf({ states }: UsageHistory): number[] {
  return states.flatMap(({ at, state }, place) => {
    const before = states[place - 1]?.state
    return state === 'running' && before !== 'paused' && place > 0 ? [Date.parse(at) / 1000] : []
  })
}

/** Steps in which something was above nothing: held back, killed. */
export function marksOf(history: UsageHistory, metric: UsageMetric, least = 0): number[] {
  const times = timesOf(history)
  return valuesOf(history, metric, 'max').flatMap((value, place) => {
    const time = times[place]
    return value !== null && value > least && time !== undefined ? [time] : []
  })
}

/** One line for each step, gaps included. */
export function toCsv(name: string, history: UsageHistory): string {
  const titles = ['time', 'name', ...usageMetrics.flatMap((metric) => [metric, `${metric}_min`, `${metric}_max`])]
  const columns = usageMetrics.flatMap((metric) =>
    (['avg', 'min', 'max'] as const).map((of) => valuesOf(history, metric, of)),
  )
  const lines = timesOf(history).map((time, place) =>
    [new Date(time * 1000).toISOString(), name, ...columns.map((column) => column[place] ?? '')].join(','),
  )
  return `${[titles.join(','), ...lines].join('\n')}\n`
}
