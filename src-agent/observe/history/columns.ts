import { type UsageMetric, usageMetrics } from '#contract/usage-history'

/** How many numbers are remembered of one moment. */
export const width = usageMetrics.length

/** One number for each metric, in the contract's order; NaN where it is not known. */
export type Row = Float32Array

/** What a number means when several sandboxes, or a moment of rest, are described by it. */
type Kind =
  /** A second's worth: nothing while it rests, and added up over many. */
  | 'rate'
  /** What is held: stays while it rests, and added up. */
  | 'held'
  /** Stays while it rests; known of many only where it is known of each. */
  | 'limit'
  /** A part of the time: nothing while it rests; of many, the worst counts. */
  | 'share'

interface Column {
  readonly kind: Kind
  /** What is kept are whole numbers of this. */
  readonly quantum: number
}

const cores: Column = { kind: 'rate', quantum: 1e-4 }
const kibibytes: Column = { kind: 'held', quantum: 1024 }
const bytesASecond: Column = { kind: 'rate', quantum: 1 }
const aSecond: Column = { kind: 'rate', quantum: 0.01 }
const share: Column = { kind: 'share', quantum: 1e-4 }

const ofMetric: Readonly<Record<UsageMetric, Column>> = {
  cpu: cores,
  cpuUser: cores,
  cpuSystem: cores,
  cpuThrottled: share,
  cpuLimit: { kind: 'limit', quantum: 1e-4 },
  memory: kibibytes,
  memoryAnon: kibibytes,
  memoryFile: kibibytes,
  memoryKernel: kibibytes,
  memoryEngine: kibibytes,
  memoryLimit: { kind: 'limit', quantum: 1024 },
  oomKills: { kind: 'rate', quantum: 1e-3 },
  pids: { kind: 'held', quantum: 0.1 },
  pidsLimit: { kind: 'limit', quantum: 1 },
  ioReadBytes: bytesASecond,
  ioWriteBytes: bytesASecond,
  ioReadOps: aSecond,
  ioWriteOps: aSecond,
  netReceiveBytes: bytesASecond,
  netSendBytes: bytesASecond,
  netReceivePackets: aSecond,
  netSendPackets: aSecond,
  netReceiveDrops: aSecond,
  netSendDrops: aSecond,
  pressureCpuSome: share,
  pressureCpuFull: share,
  pressureMemorySome: share,
  pressureMemoryFull: share,
  pressureIoSome: share,
  pressureIoFull: share,
  diskBytes: kibibytes,
  diskLimit: { kind: 'limit', quantum: 1024 },
}

const columns: readonly Column[] = usageMetrics.map((metric) => ofMetric[metric])

export const quanta: readonly number[] = columns.map(({ quantum }) => quantum)

export function rowOf(values: Readonly<Record<UsageMetric, number | null>>): Row {
  return Float32Array.from(usageMetrics, (metric) => values[metric] ?? Number.NaN)
}

/** The same, once it does not run: it holds what it holds and uses nothing. */
export function restingRow(row: Row): Row {
  return row.map((value, index) => {
    const kind = columns[index]?.kind
    return (kind === 'rate' || kind === 'share') && !Number.isNaN(value) ? 0 : value
  })
}

export function isSameRow(one: Row, other: Row): boolean {
  return one.every((value, index) => Object.is(value, other[index]))
}

/** Of all together. */
export function sumRows(rows: readonly Row[]): Row {
  return Float32Array.from(columns, ({ kind }, index) => {
    let sum = Number.NaN
    for (const row of rows) {
      const value = row[index] ?? Number.NaN
      if (kind === 'limit' && Number.isNaN(value)) return Number.NaN
      if (Number.isNaN(value)) continue
      if (Number.isNaN(sum)) sum = value
      else sum = kind === 'share' ? Math.max(sum, value) : sum + value
    }
    return sum
  })
}
