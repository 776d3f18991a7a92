import { formatBytes } from '#contract/byte-size'
import type { UsageMetric } from '#contract/usage-history'
import { formatCpu } from '../../model/duration.ts'

/** The limits that a chart can move. */
export type MovableLimit = 'cpus' | 'memoryBytes' | 'pids'

export interface CardLine {
  readonly metric: UsageMetric
  readonly token: string
}

/** What one chart shows. */
export interface Card {
  readonly id: 'cpu' | 'memory' | 'io' | 'network' | 'pids' | 'pressure'
  readonly lines: readonly CardLine[]
  /** Added up where several sandboxes are compared. */
  readonly compared: readonly UsageMetric[]
  readonly limit: { readonly metric: UsageMetric; readonly field: MovableLimit; readonly least: number } | null
  readonly format: (value: number) => string
  readonly binary: boolean
}

const percent = (share: number): string =>
  `${share > 0 && share < 0.1 ? (share * 100).toFixed(1) : Math.round(share * 100)} %`
const rate = (value: number): string => `${formatBytes(Math.round(value))}/s`
const size = (value: number): string => formatBytes(Math.round(value))
const count = (value: number): string => String(Math.round(value * 10) / 10)

export const cards: readonly Card[] = [
  {
    id: 'cpu',
    lines: [
      { metric: 'cpu', token: '--chart-cpu' },
      { metric: 'cpuSystem', token: '--chart-write' },
    ],
    compared: ['cpu'],
    limit: { metric: 'cpuLimit', field: 'cpus', least: 0.01 },
    format: formatCpu,
    binary: false,
  },
  {
    id: 'memory',
    lines: [
      { metric: 'memory', token: '--chart-memory' },
      { metric: 'memoryAnon', token: '--chart-pids' },
      { metric: 'memoryFile', token: '--chart-read' },
    ],
    compared: ['memory'],
    limit: { metric: 'memoryLimit', field: 'memoryBytes', least: 6 * 2 ** 20 },
    format: size,
    binary: true,
  },
  {
    id: 'io',
    lines: [
      { metric: 'ioReadBytes', token: '--chart-read' },
      { metric: 'ioWriteBytes', token: '--chart-write' },
    ],
    compared: ['ioReadBytes', 'ioWriteBytes'],
    limit: null,
    format: rate,
    binary: true,
  },
  {
    id: 'network',
    lines: [
      { metric: 'netReceiveBytes', token: '--chart-read' },
      { metric: 'netSendBytes', token: '--chart-write' },
    ],
    compared: ['netReceiveBytes', 'netSendBytes'],
    limit: null,
    format: rate,
    binary: true,
  },
  {
    id: 'pids',
    lines: [{ metric: 'pids', token: '--chart-pids' }],
    compared: ['pids'],
    limit: { metric: 'pidsLimit', field: 'pids', least: 1 },
    format: count,
    binary: false,
  },
  {
    id: 'pressure',
    lines: [
      { metric: 'pressureCpuSome', token: '--chart-cpu' },
      { metric: 'pressureMemorySome', token: '--chart-memory' },
      { metric: 'pressureIoSome', token: '--chart-read' },
    ],
    compared: ['pressureCpuSome'],
    limit: null,
    format: percent,
    binary: false,
  },
]

/** In the order in which they are given to what is compared. */
export const comparedTokens = ['--chart-cpu', '--chart-memory', '--chart-read', '--chart-pids'] as const
