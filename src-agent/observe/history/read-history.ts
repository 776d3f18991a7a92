import { type UsageColumn, type UsageMetric, usageMetrics, usageTiers } from '#contract/usage-history'
import type { Chunk } from './chunk.ts'
import { type Row, width } from './columns.ts'
import type { HistoryFile, SeriesKey, Still } from './history-file.ts'
import type { Series } from './series.ts'

/** Seconds since 1970. */
export interface Range {
  readonly since: number
  readonly until: number
  readonly step: number
}

interface Sources {
  readonly file: Pick<HistoryFile, 'find' | 'chunks' | 'stills'>
  /** What the file does not have yet. */
  readonly open: (key: SeriesKey) => Pick<Series, 'openChunks' | 'openStills'> | null
}

/** Sums over the steps of a range, to be made into columns. */
interface Sums {
  /** Seconds that are known of each step. */
  readonly seconds: Float64Array
  /** Of each step, by metric: seconds in which it is known, the sum over them, least and most. */
  readonly known: Float64Array
  readonly sum: Float64Array
  readonly min: Float32Array
  readonly max: Float32Array
}

/** Mean, least and most of one series over a range, step by step. Null where there never was such a series. */
export function readColumns(
  sources: Sources,
  key: SeriesKey,
  range: Range,
  metrics: readonly UsageMetric[],
): UsageColumn[] | null {
  const sums = readSums(sources, key, range)
  return sums && metrics.map((metric) => toColumn(metric, sums, stepsOf(range)))
}

/** Over a whole range: the sum over its seconds, in how many it is known, and the most. */
export interface Total {
  readonly sum: number
  readonly seconds: number
  readonly max: number
}

/** Null where nothing is known of that time. */
export function readTotals(sources: Sources, key: SeriesKey, range: Range): ((metric: UsageMetric) => Total) | null {
  const sums = readSums(sources, key, range)
  if (sums === null || sums.seconds.every((seconds) => seconds === 0)) return null
  return (metric) => {
    const total = { sum: 0, seconds: 0, max: 0 }
    for (let at = usageMetrics.indexOf(metric); at < sums.sum.length; at += width) {
      total.sum += sums.sum[at] ?? 0
      total.seconds += sums.known[at] ?? 0
      total.max = Math.max(total.max, sums.max[at] ?? 0)
    }
    return total
  }
}

function stepsOf({ since, until, step }: Range): number {
  return Math.ceil((until - since) / step)
}

function readSums({ file, open }: Sources, key: SeriesKey, range: Range): Sums | null {
  const entry = file.find(key)
  if (entry === null) return null
  const { since, until, step } = range
  const memory = open(key)
  const steps = stepsOf(range)
  const sums = createSums(steps)
  const isCovered = new Uint8Array(steps)
  // The coarsest that is fine enough first: less to read. Finer ones where it has nothing, as after a death of the agent.
  for (const tier of usageTiers.filter((each) => each.step <= step).toReversed()) {
    const stored = file.chunks(entry.number, tier.step, since, until)
    const fresh = memory?.openChunks(tier.step) ?? []
    const chunks = [...stored.filter(({ start }) => !fresh.some((chunk) => chunk.start === start)), ...fresh]
    const touched = new Set<number>()
    for (const chunk of chunks) addChunk(sums, chunk, range, { isCovered, touched })
    for (const place of touched) isCovered[place] = 1
  }
  for (const still of stillsOf(file.stills(entry.number, since, until), memory?.openStills() ?? [])) {
    addStill(sums, still, range)
  }
  return sums
}

function createSums(steps: number): Sums {
  const size = steps * width
  return {
    seconds: new Float64Array(steps),
    known: new Float64Array(size),
    sum: new Float64Array(size),
    min: new Float32Array(size).fill(Number.POSITIVE_INFINITY),
    max: new Float32Array(size).fill(Number.NEGATIVE_INFINITY),
  }
}

/** Which steps are known from a coarser tier, and which this one has something of. */
interface Covering {
  readonly isCovered: Uint8Array
  readonly touched: Set<number>
}

function addChunk(sums: Sums, chunk: Chunk, range: Range, { isCovered, touched }: Covering): void {
  for (const [bucket, seconds] of chunk.seconds.entries()) {
    const at = chunk.start + bucket * chunk.step
    const place = Math.floor((at - range.since) / range.step)
    if (seconds === 0 || at < range.since || at >= range.until || isCovered[place] === 1) continue
    touched.add(place)
    const row = (values: Float32Array): Row => values.subarray(bucket * width, (bucket + 1) * width)
    add(sums, place, seconds, { avg: row(chunk.avg), min: row(chunk.min), max: row(chunk.max) })
  }
}

function addStill(sums: Sums, { since, until, row }: Still, range: Range): void {
  const [from, to] = [Math.max(since, range.since), Math.min(until ?? range.until, range.until)]
  for (let place = Math.floor((from - range.since) / range.step); range.since + place * range.step < to; place += 1) {
    const begins = range.since + place * range.step
    const seconds = Math.min(to, begins + range.step) - Math.max(from, begins)
    if (seconds > 0) add(sums, place, seconds, { avg: row, min: row, max: row })
  }
}

/** What is known in memory of a rest holds before what was written of it. */
function stillsOf(stored: readonly Still[], open: readonly Still[]): Still[] {
  return [...stored.filter(({ since }) => !open.some((each) => each.since === since)), ...open]
}

function add(
  { seconds: covered, known, sum, min, max }: Sums,
  place: number,
  seconds: number,
  rows: { readonly avg: Row; readonly min: Row; readonly max: Row },
): void {
  covered[place] = (covered[place] ?? 0) + seconds
  for (let column = 0; column < width; column += 1) {
    const mean = rows.avg[column] ?? Number.NaN
    if (Number.isNaN(mean)) continue
    const at = place * width + column
    known[at] = (known[at] ?? 0) + seconds
    sum[at] = (sum[at] ?? 0) + mean * seconds
    min[at] = Math.min(min[at] ?? mean, rows.min[column] ?? mean)
    max[at] = Math.max(max[at] ?? mean, rows.max[column] ?? mean)
  }
}

function toColumn(metric: UsageMetric, { known, sum, min, max }: Sums, steps: number): UsageColumn {
  const column = usageMetrics.indexOf(metric)
  const of = (value: (at: number) => number): (number | null)[] =>
    Array.from({ length: steps }, (_, place) => {
      const at = place * width + column
      return (known[at] ?? 0) === 0 ? null : rounded(value(at))
    })
  return {
    metric,
    avg: of((at) => (sum[at] ?? 0) / (known[at] ?? 1)),
    min: of((at) => min[at] ?? 0),
    max: of((at) => max[at] ?? 0),
  }
}

/** Whoever reads it has no use for more digits, and each costs a byte. */
function rounded(value: number): number {
  return Math.abs(value) >= 1000 ? Math.round(value) : Math.round(value * 1e5) / 1e5
}

const usualSteps = 360
const mostSteps = 10_080
/** So many numbers at most: beside that, an answer would keep the agent from others. */
const mostNumbers = 400_000
const goodSteps = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400]

/** The step that an answer has: what was asked for, if the past is kept so finely and the answer does not get too long. */
export function chooseRange(
  { since, until, now, step }: { since: number; until: number; now: number; step: number | undefined },
  metrics: number,
): Range {
  const span = Math.max(1, until - since)
  const finest =
    usageTiers.find((tier) => now - since <= tier.keptFor + tier.step)?.step ?? usageTiers.at(-1)?.step ?? 1
  const longest = Math.min(mostSteps, mostNumbers / (metrics * 3))
  const wanted = Math.max(step ?? span / usualSteps, finest, span / longest)
  const chosen =
    step !== undefined && step >= wanted ? step : (goodSteps.find((good) => good >= wanted) ?? Math.ceil(wanted))
  const begins = Math.floor(since / chosen) * chosen
  return { since: begins, until: Math.max(begins + chosen, Math.ceil(until / chosen) * chosen), step: chosen }
}
