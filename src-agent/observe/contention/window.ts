import type { Counters, HostCounters } from './counters.ts'

/** Shares of the time of the window, 0 to 1; null where the kernel does not report it. */
export interface Shares {
  readonly id: string
  readonly name: string
  /** Cores in use. */
  readonly cpuCores: number
  /** Waiting for a processor because of others: without what its own quota took. */
  readonly cpuWait: number | null
  readonly throttled: number
  readonly memoryWait: number | null
  readonly ioWait: number | null
  /** Pages a second. */
  readonly reclaim: number | null
  readonly hitOwnLimit: boolean
}

export interface HostShares {
  readonly cores: number
  readonly busyCores: number
  readonly stolenCores: number
}

interface Reading<T> {
  readonly ms: number
  readonly value: T
}

/** Keeps readings of the last seconds, and gives what changed over them. */
export interface SlidingWindow<T> {
  add(ms: number, value: T): void
  /** The oldest and the newest; null before there are two. */
  span(): { readonly first: T; readonly last: T; readonly ms: number } | null
  latest(): T | null
}

export function createWindow<T>(lengthMs: number): SlidingWindow<T> {
  const readings: Reading<T>[] = []
  return {
    add(ms, value) {
      readings.push({ ms, value })
      // One that is as old as the window stays, so that the window is full.
      while ((readings[1]?.ms ?? ms) <= ms - lengthMs) readings.shift()
    },
    span() {
      const [first, last] = [readings[0], readings.at(-1)]
      if (!first || !last || last.ms <= first.ms) return null
      return { first: first.value, last: last.value, ms: last.ms - first.ms }
    },
    latest: () => readings.at(-1)?.value ?? null,
  }
}

export function sharesOf(
  who: { readonly id: string; readonly name: string },
  { first, last, ms }: { readonly first: Counters; readonly last: Counters; readonly ms: number },
): Shares {
  const us = ms * 1000
  const grown = (from: number | null, to: number | null) =>
    from === null || to === null ? null : Math.max(0, to - from)
  const share = (from: number | null, to: number | null) => {
    const growth = grown(from, to)
    return growth === null ? null : Math.min(1, growth / us)
  }
  const throttled = share(first.throttledUs, last.throttledUs) ?? 0
  const cpuWait = share(first.cpuWaitUs, last.cpuWaitUs)
  const reclaimed = grown(first.reclaimed, last.reclaimed)
  return {
    id: who.id,
    name: who.name,
    cpuCores: Math.max(0, last.cpuUs - first.cpuUs) / us,
    // The kernel counts being held back by one's own quota as waiting, too.
    cpuWait: cpuWait === null ? null : Math.max(0, cpuWait - throttled),
    throttled,
    memoryWait: share(first.memoryWaitUs, last.memoryWaitUs),
    ioWait: share(first.ioWaitUs, last.ioWaitUs),
    reclaim: reclaimed === null ? null : (reclaimed * 1000) / ms,
    hitOwnLimit: last.ownLimitHits > first.ownLimitHits,
  }
}

export function hostShares(
  cores: number,
  span: { readonly first: HostCounters; readonly last: HostCounters; readonly ms: number } | null,
): HostShares {
  if (span === null) return { cores, busyCores: 0, stolenCores: 0 }
  const us = span.ms * 1000
  return {
    cores,
    busyCores: Math.max(0, span.last.busyUs - span.first.busyUs) / us,
    stolenCores: Math.max(0, span.last.stolenUs - span.first.stolenUs) / us,
  }
}
