import { SandboxId } from '#contract/sandbox'
import type { SamplerClock } from '../usage/sampler-clock.ts'
import type { Reading, Sampled } from '../usage/usage-sample.ts'
import { type Row, sumRows } from './columns.ts'
import type { HistoryFile, SeriesKey } from './history-file.ts'
import type { HostReader, HostUsage } from './host-reader.ts'
import { type DiskOf, rowOfHost, rowOfSandbox } from './rows.ts'
import { createSeries, type Series } from './series.ts'

const hostEveryMs = 1_000
/** What a killed agent loses at most, in seconds. Each second writes its part of all, so that none has to write all at once. */
const writtenWithin = 30
const pruneEveryMs = 3_600_000
/** Seconds for which the history of a removed sandbox is kept. */
const removedKeptFor = 24 * 3600
/** So much more or less time by the clock of the wall than really passed, and the clock was set; so long without a look, and nothing is known. */
const longestJumpMs = 3_000
const longestPauseMs = 6_000

export const hostKey: SeriesKey = 'host'
export const classKey = (name: string): SeriesKey => `class/${name}`
export const sandboxKey = (id: string): SeriesKey => `sandbox/${id}`

/** Null for what is no sandbox. */
export function sandboxOfKey(key: SeriesKey): SandboxId | null {
  return SandboxId.safeParse(key.slice(sandboxKey('').length)).data ?? null
}

/** Keeps what is measured. What a sampler tells it takes microseconds; the file is written within half a minute. */
export interface UsageRecorder {
  /** A sandbox was read, and something of it had moved. */
  measured(sandbox: Sampled, before: Reading, now: Reading): void
  /** All that run were read. */
  finished(running: readonly Sampled[]): void
  /** Follows a change of state, for the bands of charts. */
  noteState(id: SandboxId, state: string): void
  removed(id: SandboxId): void
  /** What is not in the file yet; null where it does not run. */
  open(key: SeriesKey): Pick<Series, 'openChunks' | 'openStills'> | null
  close(): void
}

interface Known {
  readonly name: string
  readonly class: string
  readonly disk: DiskOf
}

interface Deps {
  readonly file: HistoryFile
  readonly host: HostReader
  readonly clock: SamplerClock
  /** What the records say of a sandbox; null where they do not. */
  readonly describe: (id: SandboxId) => Known | null
  /** Of writing, on a full disk for one. What is in memory stays there and is bounded. */
  readonly onError: (error: unknown) => void
}

/** What brings series to the file, bit by bit. */
function createWriting({ file, onError }: Deps, allSeries: () => Iterable<Series>, second: () => number) {
  /** Whoever measures must not suffer from a file that cannot be written. */
  const attempt = (work: () => void): void => {
    try {
      work()
    } catch (error) {
      onError(error)
    }
  }
  const safely = (work: () => void): void => attempt(() => file.together(work))
  let turn = 0
  return {
    attempt,
    safely,
    write(): void {
      const now = second()
      turn = (turn + 1) % writtenWithin
      const due = [...allSeries()].filter((each) => each.number % writtenWithin === turn && each.isDue(now))
      if (due.length === 0) return
      safely(() => {
        for (const each of due) each.write(now)
        file.noteAlive(now)
      })
    },
    prune(): void {
      const now = second()
      attempt(() => file.prune(now, now - removedKeptFor))
    },
  }
}

interface Running {
  readonly series: Series
  readonly class: string
  hasMoved: boolean
}

export function createRecorder(deps: Deps): UsageRecorder {
  const { file, clock } = deps
  const running = new Map<SandboxId, Running>()
  const classes = new Map<string, Series>()
  const hostSeries = createSeries(file, file.enter(hostKey, '', '').number)
  const time = followTime(clock, (last, next) =>
    attempt(() => {
      for (const each of allSeries()) each.cut(last, next)
    }),
  )
  function* allSeries(): Generator<Series> {
    yield hostSeries
    yield* classes.values()
    for (const { series } of running.values()) yield series
  }
  const { attempt, safely, write, prune } = createWriting(deps, allSeries, time.second)
  const readHost = followHost(deps, hostSeries, time.second)
  const undo = [
    clock.every(hostEveryMs, () => attempt(readHost)),
    clock.every(1_000, write),
    clock.every(pruneEveryMs, prune),
  ]
  prune()
  return {
    measured(sandbox, before, now) {
      attempt(() => {
        const found = takeSeries(deps, running, sandbox.id)
        if (found === null) return
        const disk = deps.describe(sandbox.id)?.disk ?? { bytes: null, limitBytes: null }
        found.series.measured(time.second(), rowOfSandbox(sandbox, before, now, disk))
        found.hasMoved = true
      })
    },
    finished(sandboxes) {
      const second = time.second()
      endOthers(running, new Set(sandboxes.map(({ id }) => id)), (series) => safely(() => series.end(second)))
      attempt(() => finishClasses({ file, running, classes, second }))
      finishRunning(running, second)
    },
    noteState(id, state) {
      const atMs = clock.now().getTime()
      safely(() => putState(deps, id, { atMs, state }))
    },
    removed(id) {
      const second = time.second()
      safely(() => file.markRemoved(sandboxKey(id), second))
    },
    open: (key) => (key === hostKey ? hostSeries : openOf(running, classes, key)),
    close() {
      for (const each of undo) each()
      const second = time.second()
      safely(() => {
        for (const each of allSeries()) each.end(second)
        file.noteAlive(second)
      })
      file.close()
    },
  }
}

/** The series of a sandbox that runs; null for one that the records do not know. */
function takeSeries({ file, describe }: Deps, running: Map<SandboxId, Running>, id: SandboxId): Running | null {
  const known = running.get(id)
  if (known) return known
  const found = describe(id)
  if (found === null) return null
  const { number } = file.enter(sandboxKey(id), found.name, found.class)
  const made = { series: createSeries(file, number), class: found.class, hasMoved: false }
  running.set(id, made)
  return made
}

function putState(
  { file, describe }: Deps,
  id: SandboxId,
  to: { readonly atMs: number; readonly state: string },
): void {
  const found = describe(id)
  if (found === null) return
  file.putState(file.enter(sandboxKey(id), found.name, found.class).number, to.atMs, to.state)
}

function openOf(
  running: ReadonlyMap<string, Running>,
  classes: ReadonlyMap<string, Series>,
  key: SeriesKey,
): Series | null {
  const [kind, name = ''] = key.split('/')
  return (kind === 'class' ? classes.get(name) : running.get(name)?.series) ?? null
}

function endOthers(running: Map<SandboxId, Running>, ids: ReadonlySet<SandboxId>, end: (series: Series) => void): void {
  for (const [id, { series }] of running) {
    if (ids.has(id)) continue
    end(series)
    running.delete(id)
  }
}

interface Classes {
  readonly file: HistoryFile
  readonly running: ReadonlyMap<SandboxId, Running>
  readonly classes: Map<string, Series>
  readonly second: number
}

/** Whatever was not measured in this round has not moved. */
function finishRunning(running: ReadonlyMap<SandboxId, Running>, second: number): void {
  for (const each of running.values()) {
    if (!each.hasMoved) each.series.unmoved(second)
    each.hasMoved = false
  }
}

/** The sums of each class; nothing is added up of one in which nothing moves. */
function finishClasses({ file, running, classes, second }: Classes): void {
  const rows = new Map<string, Row[]>()
  const moved = new Set<string>()
  for (const { series, class: name, hasMoved } of running.values()) {
    const row = series.latest()
    if (row === null) continue
    const known = rows.get(name)
    if (known) known.push(row)
    else rows.set(name, [row])
    if (hasMoved) moved.add(name)
  }
  for (const [name, series] of classes) {
    if (rows.has(name)) continue
    series.end(second)
    classes.delete(name)
  }
  for (const [name, ofClass] of rows) {
    let series = classes.get(name)
    if (!series) {
      series = createSeries(file, file.enter(classKey(name), '', name).number)
      classes.set(name, series)
    }
    if (moved.has(name) || series.latest() === null) series.measured(second, sumRows(ofClass))
    else series.unmoved(second)
  }
}

/** What reads this machine once, and keeps what changed since the time before. */
function followHost({ host, clock }: Pick<Deps, 'host' | 'clock'>, series: Series, second: () => number): () => void {
  let before: { readonly usage: HostUsage; readonly monotonicMs: number } | null = null
  return () => {
    // Each look at the clock also sees whether it was set.
    const at = second()
    const now = { usage: host.read(), monotonicMs: clock.monotonicMs() }
    if (before !== null) {
      const seconds = (now.monotonicMs - before.monotonicMs) / 1000
      series.measured(at, rowOfHost(before.usage, now.usage, seconds, host.cores))
    }
    before = now
  }
}

/** The second of the wall's clock; says where that jumped, or nobody looked for long, as while the machine slept. */
function followTime(clock: SamplerClock, onJump: (last: number, next: number) => void) {
  let seen = { wallMs: clock.now().getTime(), monotonicMs: clock.monotonicMs() }
  const toSecond = (ms: number): number => Math.floor(ms / 1000)
  return {
    second(): number {
      const now = { wallMs: clock.now().getTime(), monotonicMs: clock.monotonicMs() }
      const passed = now.wallMs - seen.wallMs
      const jumped = Math.abs(passed - (now.monotonicMs - seen.monotonicMs)) > longestJumpMs
      const last = toSecond(seen.wallMs)
      seen = now
      if (jumped || passed > longestPauseMs) onJump(last, toSecond(now.wallMs))
      return toSecond(now.wallMs)
    },
  }
}
