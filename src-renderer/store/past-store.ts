import { useEffect } from 'react'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'
import { AppError } from '#contract/app-error'
import { readUsageHistory, type UsageHistory } from '#contract/usage-history'
import { call } from '../call.ts'

/** How far back a chart looks. */
export const pastRanges = ['minutes', 'hours', 'days'] as const
export type PastRange = (typeof pastRanges)[number]

const spans: Readonly<Record<PastRange, { readonly ms: number; readonly step: number; readonly everyMs: number }>> = {
  minutes: { ms: 10 * 60_000, step: 1, everyMs: 1_000 },
  hours: { ms: 6 * 3_600_000, step: 60, everyMs: 10_000 },
  days: { ms: 7 * 86_400_000, step: 1_800, everyMs: 60_000 },
}

/** A part of the past that somebody has zoomed into, in milliseconds. */
export interface Zoom {
  readonly since: number
  readonly until: number
}

/** Whose past: a sandbox by its id; null: this machine. */
export type PastOf = string | null

export type Past =
  | { readonly kind: 'loading' }
  | { readonly kind: 'error'; readonly error: AppError }
  | { readonly kind: 'ready'; readonly history: UsageHistory }

const loading: Past = { kind: 'loading' }
const pastStore = createStore<{ readonly pasts: ReadonlyMap<string, Past> }>(() => ({ pasts: new Map() }))

const nameOf = (of: PastOf, range: PastRange, zoom: Zoom | null): string =>
  [of ?? '', range, zoom?.since ?? '', zoom?.until ?? ''].join(' ')

/**
 * The end of what is known is asked for again, because its last steps were not whole, and put in its place. Pure. What is older than
 * `since` goes.
 */
export function mergeHistory(before: UsageHistory, tail: UsageHistory, since: number): UsageHistory {
  if (before.step !== tail.step) return tail
  const stepMs = before.step * 1000
  const begin = Date.parse(before.since)
  const kept = Math.round((Date.parse(tail.since) - begin) / stepMs)
  if (kept < 0 || kept > (before.columns[0]?.avg.length ?? 0)) return tail
  const dropped = Math.max(0, Math.min(kept, Math.floor((since - begin) / stepMs)))
  const join = (one: readonly (number | null)[] | undefined, other: readonly (number | null)[]) => [
    ...(one ?? []).slice(dropped, kept),
    ...other,
  ]
  return {
    ...tail,
    since: new Date(begin + dropped * stepMs).toISOString(),
    columns: tail.columns.map((column) => {
      const known = before.columns.find(({ metric }) => metric === column.metric)
      return {
        metric: column.metric,
        avg: join(known?.avg, column.avg),
        min: join(known?.min, column.min),
        max: join(known?.max, column.max),
      }
    }),
    states: [...before.states.filter(({ at }) => !tail.states.some((each) => each.at === at)), ...tail.states],
  }
}

/** Steps whose end may not have been there yet. */
const openSteps = 3

async function load(of: PastOf, range: PastRange, zoom: Zoom | null): Promise<void> {
  const name = nameOf(of, range, zoom)
  const known = pastStore.getState().pasts.get(name)
  const { ms, step } = spans[range]
  const since = zoom?.since ?? Date.now() - ms
  const before = known?.kind === 'ready' && zoom === null ? known.history : null
  const from = before ? Math.max(since, Date.parse(before.until) - openSteps * step * 1000) : since
  const past = await call(readUsageHistory, {
    ...(of === null ? {} : { ref: of }),
    since: new Date(from).toISOString(),
    ...(zoom ? { until: new Date(zoom.until).toISOString() } : { step }),
  }).then(
    (tail): Past => ({ kind: 'ready', history: before ? mergeHistory(before, tail, since) : tail }),
    (error: unknown): Past => (known?.kind === 'ready' ? known : { kind: 'error', error: AppError.from(error) }),
  )
  pastStore.setState(({ pasts }) => ({ pasts: new Map(pasts).set(name, past) }))
}

/** Asks now and again, as long as it is looked at. Returns its own undo. */
function follow(of: PastOf, range: PastRange, zoom: Zoom | null): () => void {
  let waiting = false
  const ask = (): void => {
    if (waiting || document.visibilityState === 'hidden') return
    waiting = true
    void load(of, range, zoom).finally(() => {
      waiting = false
    })
  }
  ask()
  const timer = zoom === null ? setInterval(ask, spans[range].everyMs) : undefined
  return () => {
    clearInterval(timer)
    pastStore.setState(({ pasts }) => {
      const left = new Map(pasts)
      left.delete(nameOf(of, range, zoom))
      return { pasts: left }
    })
  }
}

/** The past of each, in the same order. */
export function usePasts(of: readonly PastOf[], range: PastRange, zoom: Zoom | null): readonly Past[] {
  const words = of.map((each) => each ?? '').join(' ')
  const [since, until] = [zoom?.since, zoom?.until]
  useEffect(() => {
    const part = since === undefined || until === undefined ? null : { since, until }
    const undo = words.split(' ').map((word) => follow(word === '' ? null : word, range, part))
    return () => {
      for (const each of undo) each()
    }
  }, [words, range, since, until])
  const pasts = useStore(pastStore, (state) => state.pasts)
  return of.map((each) => pasts.get(nameOf(each, range, zoom)) ?? loading)
}
