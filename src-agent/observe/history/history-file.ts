import { usageTiers } from '#contract/usage-history'
import { inTransaction } from '../../state/database.ts'
import type { UsageDatabase } from '../../state/usage-database.ts'
import { type Chunk, chunkStart, spanOf } from './chunk.ts'
import { decodeChunk, decodeRow, encodeChunk, encodeRow } from './chunk-code.ts'
import type { Row } from './columns.ts'

/** A span in which a sandbox ran and nothing of it moved; `until` is null while it lasts. Seconds since 1970. */
export interface Still {
  readonly since: number
  readonly until: number | null
  readonly row: Row
}

/** The name under which the history of something is kept: `host`, `class/gvisor`, `sandbox/0123456789ab`. */
export type SeriesKey = string

/** What is known of one that is or was there. */
export interface SeriesEntry {
  readonly number: number
  readonly key: SeriesKey
  /** Of a sandbox. */
  readonly name: string
  readonly class: string
  readonly removedAt: number | null
}

/** Remembered use, in a file of its own: whatever happens to it, the records are not concerned. */
export interface HistoryFile {
  /** Makes an entry where there is none, and keeps what it is called. */
  enter(key: SeriesKey, name: string, ofClass: string): SeriesEntry
  find(key: SeriesKey): SeriesEntry | null
  sandboxes(): readonly SeriesEntry[]
  /** MUST be one transaction around many changes: each of its own waits for the disk. */
  together(work: () => void): void
  putChunk(series: number, chunk: Chunk): void
  chunk(series: number, step: number, start: number): Chunk | null
  /** Those that have some of these seconds, oldest first. */
  chunks(series: number, step: number, since: number, until: number): Chunk[]
  openStill(series: number, since: number, row: Row): void
  closeStill(series: number, since: number, until: number): void
  stills(series: number, since: number, until: number): Still[]
  putState(series: number, atMs: number, state: string): void
  states(series: number, sinceMs: number, untilMs: number): { readonly atMs: number; readonly state: string }[]
  markRemoved(key: SeriesKey, at: number): void
  /** Up to when the agent has run, for what it could not close if it is killed. */
  noteAlive(second: number): void
  /** Drops what is older than it is kept, and sandboxes that were removed before that second. */
  prune(now: number, removedBefore: number): void
  bytes(): number
  close(): void
}

const keptFor = Math.max(...usageTiers.map((tier) => tier.keptFor))
/** Of a sandbox that starts and ends all the time, the last so many states. */
const keptStates = 2_000

/** Each series has places of its own, in turn: what comes takes the place of what is too old, so that nothing grows. */
const placesOfSeries = 2 ** 12
const placesOfTier = 2 ** 10

function slotsOf(step: number): number {
  const tier = usageTiers.find((each) => each.step === step)
  return Math.ceil((tier?.keptFor ?? 0) / spanOf(step)) + 1
}

function firstPlace(series: number, step: number): number {
  return series * placesOfSeries + usageTiers.findIndex((tier) => tier.step === step) * placesOfTier
}

function placeOf(series: number, step: number, start: number): number {
  return firstPlace(series, step) + ((start / spanOf(step)) % slotsOf(step))
}

export function createHistoryFile(database: UsageDatabase): HistoryFile {
  return {
    together: (work) => inTransaction(database, work),
    ...keepEntries(database),
    ...keepChunks(database),
    ...keepStills(database),
    ...keepStates(database),
    ...keepSize(database),
    close: () => database.close(),
  }
}

function keepEntries(database: UsageDatabase): Pick<HistoryFile, 'enter' | 'find' | 'sandboxes' | 'markRemoved'> {
  const find = database.prepare('SELECT number, key, name, class, removed FROM series WHERE key = ?')
  const all = database.prepare("SELECT number, key, name, class, removed FROM series WHERE key LIKE 'sandbox/%'")
  const enter = database.prepare(
    `INSERT INTO series (key, name, class) VALUES (?, ?, ?)
     ON CONFLICT (key) DO UPDATE SET name = excluded.name, class = excluded.class, removed = NULL`,
  )
  const remove = database.prepare('UPDATE series SET removed = ? WHERE key = ?')
  const toEntry = (row: Record<string, unknown>): SeriesEntry => ({
    number: Number(row['number']),
    key: String(row['key']),
    name: String(row['name']),
    class: String(row['class']),
    removedAt: row['removed'] === null ? null : Number(row['removed']),
  })
  const findEntry = (key: SeriesKey): SeriesEntry | null => {
    const row = find.get(key)
    return row === undefined ? null : toEntry(row)
  }
  return {
    enter(key, name, ofClass) {
      enter.run(key, name, ofClass)
      const entry = findEntry(key)
      if (entry === null) throw new Error('What was just entered is there.')
      return entry
    },
    find: findEntry,
    sandboxes: () => all.all().map(toEntry),
    markRemoved: (key, at) => void remove.run(at, key),
  }
}

function keepChunks(database: UsageDatabase): Pick<HistoryFile, 'putChunk' | 'chunk' | 'chunks'> {
  const put = database.prepare(
    'INSERT INTO chunks (place, start, data) VALUES (?, ?, ?) ON CONFLICT (place) DO UPDATE SET start = excluded.start, data = excluded.data',
  )
  const get = database.prepare('SELECT start, data FROM chunks WHERE place = ? AND start = ?')
  const range = database.prepare(
    'SELECT start, data FROM chunks WHERE place >= ? AND place < ? AND start >= ? AND start < ? ORDER BY start',
  )
  const toChunk = (row: Record<string, unknown>, step: number): Chunk | null =>
    decodeChunk(row['data'] as Uint8Array, Number(row['start']), step)
  return {
    putChunk: (series, chunk) =>
      void put.run(placeOf(series, chunk.step, chunk.start), chunk.start, encodeChunk(chunk)),
    chunk(series, step, start) {
      const row = get.get(placeOf(series, step, start), start)
      return row === undefined ? null : toChunk(row, step)
    },
    chunks(series, step, since, until) {
      const first = firstPlace(series, step)
      return range
        .all(first, first + slotsOf(step), chunkStart(since, step), until)
        .flatMap((row) => toChunk(row, step) ?? [])
    },
  }
}

function keepStills(database: UsageDatabase): Pick<HistoryFile, 'openStill' | 'closeStill' | 'stills'> {
  const open = database.prepare('INSERT OR REPLACE INTO stills (series, since, until, data) VALUES (?, ?, NULL, ?)')
  const close = database.prepare('UPDATE stills SET until = max(since, ?) WHERE series = ? AND since = ?')
  const range = database.prepare(
    'SELECT since, until, data FROM stills WHERE series = ? AND since < ? AND (until IS NULL OR until > ?) ORDER BY since',
  )
  return {
    openStill: (series, since, row) => void open.run(series, since, encodeRow(row)),
    closeStill: (series, since, until) => void close.run(until, series, since),
    stills: (series, since, until) =>
      range.all(series, until, since).map((found) => ({
        since: Number(found['since']),
        until: found['until'] === null ? null : Number(found['until']),
        row: decodeRow(found['data'] as Uint8Array),
      })),
  }
}

function keepStates(database: UsageDatabase): Pick<HistoryFile, 'putState' | 'states'> {
  const put = database.prepare('INSERT OR REPLACE INTO states (series, at, state) VALUES (?, ?, ?)')
  const range = database.prepare(
    `SELECT at, state FROM states WHERE series = ? AND at < ?
     AND at >= coalesce((SELECT max(at) FROM states WHERE series = ? AND at <= ?), ?) ORDER BY at`,
  )
  return {
    putState: (series, atMs, state) => void put.run(series, atMs, state),
    states: (series, sinceMs, untilMs) =>
      range
        .all(series, untilMs, series, sinceMs, sinceMs)
        .map((row) => ({ atMs: Number(row['at']), state: String(row['state']) })),
  }
}

function keepSize(database: UsageDatabase): Pick<HistoryFile, 'noteAlive' | 'prune' | 'bytes'> {
  const alive = database.prepare('INSERT OR REPLACE INTO alive (id, second) VALUES (1, ?)')
  const gone = database.prepare('SELECT number FROM series WHERE removed < ?')
  const ofSeries = {
    chunks: database.prepare('DELETE FROM chunks WHERE place >= ? AND place < ?'),
    stills: database.prepare('DELETE FROM stills WHERE series = ?'),
    states: database.prepare('DELETE FROM states WHERE series = ?'),
    series: database.prepare('DELETE FROM series WHERE number = ?'),
  }
  const oldStills = database.prepare('DELETE FROM stills WHERE until < ?')
  const oldChunks = database.prepare('DELETE FROM chunks WHERE start < ?')
  const oldStates = database.prepare(
    `DELETE FROM states WHERE (series, at) IN (SELECT series, at FROM
     (SELECT series, at, row_number() OVER (PARTITION BY series ORDER BY at DESC) AS nth FROM states)
     WHERE nth > ? OR (nth > 1 AND at < ?))`,
  )
  const count = (name: string): number => Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0])
  return {
    noteAlive: (second) => void alive.run(second),
    prune(now, removedBefore) {
      inTransaction(database, () => {
        for (const { number } of gone.all(removedBefore) as { number: number }[]) {
          ofSeries.chunks.run(number * placesOfSeries, (number + 1) * placesOfSeries)
          for (const name of ['stills', 'states', 'series'] as const) ofSeries[name].run(number)
        }
        oldStills.run(now - keptFor)
        oldChunks.run(now - keptFor - spanOf(60))
        oldStates.run(keptStates, (now - keptFor) * 1000)
      })
      database.exec('PRAGMA incremental_vacuum')
    },
    bytes: () => count('page_count') * count('page_size'),
  }
}
