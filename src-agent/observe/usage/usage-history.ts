import type { UsageSample } from '#contract/observe'
import type { SandboxId } from '#contract/sandbox'

const initialRows = 16

/** Numbers of a sample in the order in which they are kept; what is missing is kept as NaN. */
const columns = [
  'cpuCores',
  'cpuTotalUs',
  'cpuThrottled',
  'memoryBytes',
  'memoryLimitBytes',
  'pids',
  'pidsLimit',
  'ioReadBytes',
  'ioWriteBytes',
  'netReceiveBytes',
  'netSendBytes',
  'engineMemoryBytes',
] as const satisfies readonly (keyof UsageSample)[]
const width = columns.length + 1

/** The last samples of one sandbox, in a tenth of the memory that objects would take. */
export interface UsageHistory {
  add(sample: UsageSample): void
  /** The latest one still holds at this time. */
  rest(at: Date): null
  latest(): UsageSample | null
  /** Oldest first. */
  all(): UsageSample[]
}

/** Keeps up to `capacity` samples; grows as they come, because most sandboxes are short-lived. */
export function createUsageHistory(id: SandboxId, capacity: number): UsageHistory {
  let rows = new Float64Array(width * Math.min(initialRows, capacity))
  let count = 0
  let first = 0

  const rowAt = (position: number): Float64Array => {
    const start = ((first + position) % (rows.length / width)) * width
    return rows.subarray(start, start + width)
  }
  const makeRoom = (): void => {
    const held = rows.length / width
    if (count < held) return
    if (held === capacity) {
      first = (first + 1) % held
      count -= 1
      return
    }
    // Before the first full turn the rows lie in order, so a longer array takes them over as they are.
    const longer = new Float64Array(width * Math.min(held * 2, capacity))
    longer.set(rows)
    rows = longer
  }
  return {
    add(sample) {
      makeRoom()
      const row = rowAt(count)
      row[0] = Date.parse(sample.at)
      for (const [index, column] of columns.entries()) row[index + 1] = sample[column] ?? Number.NaN
      count += 1
    },
    rest(at) {
      if (count > 0) rowAt(count - 1)[0] = at.getTime()
      return null
    },
    latest: () => (count === 0 ? null : toSample(id, rowAt(count - 1))),
    all: () => Array.from({ length: count }, (_, position) => toSample(id, rowAt(position))),
  }
}

function toSample(id: SandboxId, row: Float64Array): UsageSample {
  const value = (column: (typeof columns)[number]): number => row[columns.indexOf(column) + 1] ?? 0
  const optional = (column: (typeof columns)[number]): number | null => {
    const number = value(column)
    return Number.isNaN(number) ? null : number
  }
  return {
    id,
    at: new Date(row[0] ?? 0).toISOString(),
    cpuCores: value('cpuCores'),
    cpuTotalUs: value('cpuTotalUs'),
    cpuThrottled: value('cpuThrottled'),
    memoryBytes: value('memoryBytes'),
    memoryLimitBytes: optional('memoryLimitBytes'),
    pids: value('pids'),
    pidsLimit: optional('pidsLimit'),
    ioReadBytes: value('ioReadBytes'),
    ioWriteBytes: value('ioWriteBytes'),
    netReceiveBytes: value('netReceiveBytes'),
    netSendBytes: value('netSendBytes'),
    engineMemoryBytes: optional('engineMemoryBytes'),
  }
}
