import { formatBytes } from '#contract/byte-size'
import type { UsageSample } from '#contract/observe'
import type { Column } from './table.ts'

/** The columns of `joey stats`; percentages of the processor are of one core, as Docker has them. */
export function usageColumns(nameOf: (id: string) => string): readonly Column<UsageSample>[] {
  return [
    { title: 'NAME', cell: ({ id }) => nameOf(id) },
    { title: 'CPU %', cell: ({ cpuCores }) => `${(cpuCores * 100).toFixed(1)}%`, align: 'right' },
    {
      title: 'MEMORY / LIMIT',
      cell: ({ memoryBytes, memoryLimitBytes }) =>
        `${formatBytes(memoryBytes)} / ${limit(memoryLimitBytes, formatBytes)}`,
    },
    {
      title: 'MEMORY %',
      cell: ({ memoryBytes, memoryLimitBytes }) => share(memoryBytes, memoryLimitBytes),
      align: 'right',
    },
    {
      title: 'NET IN / OUT',
      cell: ({ netReceiveBytes, netSendBytes }) => `${formatBytes(netReceiveBytes)} / ${formatBytes(netSendBytes)}`,
    },
    {
      title: 'DISK READ / WRITTEN',
      cell: ({ ioReadBytes, ioWriteBytes }) => `${formatBytes(ioReadBytes)} / ${formatBytes(ioWriteBytes)}`,
    },
    { title: 'PIDS / LIMIT', cell: ({ pids, pidsLimit }) => `${pids} / ${limit(pidsLimit, String)}` },
  ]
}

function limit(value: number | null, format: (value: number) => string): string {
  return value === null ? 'none' : format(value)
}

function share(used: number, of: number | null): string {
  return of === null || of === 0 ? '-' : `${((used / of) * 100).toFixed(1)}%`
}
