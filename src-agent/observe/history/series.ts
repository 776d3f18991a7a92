import type { Chunk } from './chunk.ts'
import { isSameRow, type Row, restingRow } from './columns.ts'
import type { HistoryFile, Still } from './history-file.ts'
import { createTiers } from './tiers.ts'

/** Of what has not moved for so long, one entry says so, however long it lasts; nothing else of it is held or written. */
const restsAfter = 30
/** A measurement speaks for the seconds since the one before, unless it was longer ago than this: then the time between is a gap. */
const longestStep = 5
/** More than that is not waited until a rest is written. */
const longestUnwritten = 120

/** The history of one sandbox, class or machine while it runs. Seconds are since 1970. */
export interface Series {
  readonly number: number
  /** What was measured in this second. */
  measured(second: number, row: Row): void
  /** In this second nothing has moved. */
  unmoved(second: number): void
  /** Time has stood still or jumped after this second: nothing is known between it and `next`. */
  cut(second: number, next: number): void
  /** Whether there is something to write. */
  isDue(second: number): boolean
  /** Writes what is due; inside of a transaction. */
  write(second: number): void
  /** It runs no more. Writes all that is left. */
  end(second: number): void
  /** What the file does not have yet, or has otherwise. */
  openChunks(step: number): readonly Chunk[]
  openStills(): readonly Still[]
  /** How it stands now. */
  latest(): Row | null
}

/** Nothing has moved since then. */
interface Rest {
  readonly since: number
  readonly row: Row
  isWritten: boolean
}

interface State {
  last: { readonly second: number; readonly row: Row } | null
  rest: Rest | null
}

export function createSeries(file: HistoryFile, number: number): Series {
  const tiers = createTiers({ file, number })
  const state: State = { last: null, rest: null }
  const over = keepOver(file, number)

  /** Seconds up to this one are those of the rest. */
  const endRest = (second: number): void => {
    const { rest } = state
    if (rest === null) return
    state.rest = null
    if (rest.isWritten) return over.add({ since: rest.since, until: second + 1, row: rest.row })
    const last = Math.min(second, rest.since + longestUnwritten)
    for (let each = rest.since; each <= last; each += 1) tiers.put(each, rest.row)
  }
  const isRestDue = (second: number): boolean =>
    state.rest !== null && !state.rest.isWritten && second - state.rest.since >= restsAfter
  /** What has just come to rest is written once, with its rest. */
  const waits = (): number => (state.rest === null ? 0 : restsAfter * 2)
  return {
    number,
    measured(second, row) {
      if (state.rest !== null && isSameRow(state.rest.row, row)) return
      endRest(second - 1)
      const known = state.last?.second ?? second
      const first = second > known && second - known <= longestStep ? known + 1 : second
      for (let each = first; each <= second; each += 1) tiers.put(each, row)
      state.last = { second, row }
    },
    unmoved(second) {
      const { last, rest } = state
      if (rest !== null) state.last = { second, row: rest.row }
      else if (last !== null) {
        state.rest = { since: Math.max(second, last.second + 1), row: restingRow(last.row), isWritten: false }
      }
    },
    cut: (second, next) => cutAt(state, endRest, second, next),
    isDue: (second) => over.some() || isRestDue(second) || tiers.isDue(second, waits()),
    write(second) {
      over.write()
      const { rest } = state
      if (rest === null || !isRestDue(second)) return tiers.write(second, waits())
      tiers.drop(second)
      file.openStill(number, rest.since, rest.row)
      rest.isWritten = true
    },
    end(second) {
      endRest(second)
      over.write()
      tiers.drop(second)
      state.last = null
    },
    openChunks: tiers.open,
    openStills: () => [...over.all(), ...(state.rest ? [{ ...state.rest, until: null }] : [])],
    latest: () => state.rest?.row ?? state.last?.row ?? null,
  }
}

function cutAt(state: State, endRest: (second: number) => void, second: number, next: number): void {
  const { rest, last } = state
  if (rest !== null) {
    endRest(second)
    state.rest = { since: next, row: rest.row, isWritten: false }
    // So long ago that what comes does not reach back to it.
  } else if (last !== null) state.last = { second: next - longestStep - 1, row: last.row }
}

/** Rests that are over, which the file does not know yet: whatever wakes often must not write each time. */
function keepOver(file: HistoryFile, number: number) {
  const over: (Still & { readonly until: number })[] = []
  return {
    add: (still: Still & { readonly until: number }): void => void over.push(still),
    some: (): boolean => over.length > 0,
    all: (): readonly Still[] => over,
    write(): void {
      for (const { since, until } of over.splice(0)) file.closeStill(number, since, until)
    },
  }
}
