import type { Load } from './decider.ts'

/**
 * What is under way over the last so many seconds, a figure for each, and the averages of it. Until the window is full the average is
 * that of the seconds since the first figure, as Knative's windows have it (pkg/autoscaler/aggregation).
 */
export interface LoadWindows {
  record(value: number, atMs: number): void
  load(atMs: number): Load
  /** Whether nothing was under way in the whole window. */
  isEmpty(atMs: number): boolean
}

const secondMs = 1000
/** As long as a tick at least, whatever the share of the long window is. */
const leastPanicSeconds = 6

export function createLoadWindows(stableMs: number, panicPercent: number): LoadWindows {
  const stableSeconds = Math.max(1, Math.round(stableMs / secondMs))
  const panicSeconds = Math.min(
    stableSeconds,
    Math.max(leastPanicSeconds, Math.round((stableSeconds * panicPercent) / 100)),
  )
  const figures = new Map<number, number>()
  let first: number | null = null

  const forget = (now: number): void => {
    for (const second of figures.keys()) if (second <= now - stableSeconds) figures.delete(second)
    // After a window without a figure it begins anew.
    if (figures.size === 0) first = null
  }
  const average = (seconds: number, now: number): number => {
    if (first === null) return 0
    const known = Math.min(seconds, Math.max(1, now - first + 1))
    let sum = 0
    for (const [second, value] of figures) if (second > now - seconds) sum += value
    return Math.round((sum / known) * 1e6) / 1e6
  }
  return {
    record(value, atMs) {
      const second = Math.floor(atMs / secondMs)
      forget(second)
      first ??= second
      figures.set(second, Math.max(value, figures.get(second) ?? 0))
    },
    load(atMs) {
      const now = Math.floor(atMs / secondMs)
      forget(now)
      return { stable: average(stableSeconds, now), panic: average(panicSeconds, now) }
    },
    isEmpty(atMs) {
      forget(Math.floor(atMs / secondMs))
      return [...figures.values()].every((value) => value === 0)
    },
  }
}

/** How many are under way, averaged over the time between two readings. */
export interface ConcurrencyMeter {
  add(change: 1 | -1, atMs: number): void
  readonly now: number
  /** Since the last reading. */
  read(atMs: number): number
}

export function createConcurrencyMeter(startMs: number): ConcurrencyMeter {
  let [count, area, changedAt, readAt] = [0, 0, startMs, startMs]
  const settle = (atMs: number): void => {
    area += count * Math.max(0, atMs - changedAt)
    changedAt = Math.max(changedAt, atMs)
  }
  return {
    get now() {
      return count
    },
    add(change, atMs) {
      settle(atMs)
      count += change
    },
    read(atMs) {
      settle(atMs)
      const average = atMs > readAt ? area / (atMs - readAt) : count
      area = 0
      readAt = atMs
      return average
    },
  }
}
