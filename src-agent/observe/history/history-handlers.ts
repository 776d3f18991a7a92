import { appError } from '#contract/app-error'
import { IsolationClass, SandboxId } from '#contract/sandbox'
import { type UsageMetric, type UsageTotal, usageMetrics } from '#contract/usage-history'
import { defineHandlers } from '../../base/handlers.ts'
import type { HistoryFile, SeriesKey } from './history-file.ts'
import { chooseRange, type Range, readColumns, readTotals } from './read-history.ts'
import { classKey, hostKey, sandboxKey, sandboxOfKey, type UsageRecorder } from './recorder.ts'

interface Deps {
  readonly file: Pick<HistoryFile, 'find' | 'chunks' | 'stills' | 'states' | 'sandboxes'>
  readonly recorder: Pick<UsageRecorder, 'open'>
  /** Throws where there is none. */
  readonly idOf: (ref: string) => SandboxId
  readonly now: () => Date
}

const toSecond = (at: Date | string): number => Math.floor(new Date(at).getTime() / 1000)
const toText = (second: number): string => new Date(second * 1000).toISOString()

/** Answers what was used, over time. */
export function createHistoryHandlers(deps: Deps) {
  const { file, recorder, now } = deps
  const sources = { file, open: recorder.open }
  return defineHandlers({
    async readUsageHistory({ ref, class: ofClass, since, until, step, metrics = usageMetrics }) {
      const key = keyOf(deps, ref, ofClass)
      const times = spanOf(since, until, now())
      const range = chooseRange({ ...times, step }, Math.max(1, metrics.length))
      const columns = readColumns(sources, key, range, metrics)
      const entry = file.find(key)
      const states =
        entry === null || ref === undefined ? [] : file.states(entry.number, range.since * 1000, range.until * 1000)
      return {
        since: toText(range.since),
        until: toText(range.until),
        step: range.step,
        columns: columns ?? [],
        states: states.map(({ atMs, state }) => ({ at: new Date(atMs).toISOString(), state })),
      }
    },
    async readUsageTotals({ since, until }) {
      const times = spanOf(since, until, now())
      const { step } = chooseRange({ ...times, step: undefined }, usageMetrics.length)
      const range: Range = { since: times.since, until: Math.max(times.until, times.since + step), step }
      return file.sandboxes().flatMap((entry) => totalOf(deps, entry, range) ?? [])
    },
  })
}

function keyOf({ file, idOf }: Deps, ref: string | undefined, ofClass: string | undefined): SeriesKey {
  if (ref === undefined) return ofClass === undefined ? hostKey : classKey(ofClass)
  // One that was removed is known by its whole id alone: its name may be another's by now.
  return SandboxId.safeParse(ref).success && file.find(sandboxKey(ref)) !== null
    ? sandboxKey(ref)
    : sandboxKey(idOf(ref))
}

function spanOf(since: string, until: string | undefined, now: Date) {
  const times = { since: toSecond(since), until: toSecond(until ?? now), now: toSecond(now) }
  if (times.until < times.since) throw appError('span-ends-before-it-begins')
  return times
}

function totalOf(
  { file, recorder }: Deps,
  { key, name, class: ofClass, removedAt }: ReturnType<HistoryFile['sandboxes']>[number],
  range: Range,
): UsageTotal | null {
  const id = sandboxOfKey(key)
  const known = IsolationClass.safeParse(ofClass)
  const total = readTotals({ file, open: recorder.open }, key, range)
  if (total === null || id === null || !known.success) return null
  const sum = (...metrics: UsageMetric[]): number => metrics.reduce((all, metric) => all + total(metric).sum, 0)
  const memory = total('memory')
  return {
    id,
    name,
    class: known.data,
    removed: removedAt !== null,
    cpuSeconds: Math.round(sum('cpu') * 1000) / 1000,
    memoryAvgBytes: Math.round(memory.sum / Math.max(1, memory.seconds)),
    memoryMaxBytes: memory.max,
    ioBytes: Math.round(sum('ioReadBytes', 'ioWriteBytes')),
    netBytes: Math.round(sum('netReceiveBytes', 'netSendBytes')),
    oomKills: Math.round(sum('oomKills')),
  }
}
