import { formatBytes } from '#contract/byte-size'
import type { UsageSample } from '#contract/observe'
import type { RowFields } from './row-format.ts'
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

/** The same by Docker's names, for `--format`. */
export function usageFields(nameOf: (id: string) => string): RowFields<UsageSample> {
  const cellOf = (title: string) => {
    const column = usageColumns(nameOf).find((each) => each.title === title)
    return (sample: UsageSample) => column?.cell(sample)
  }
  return {
    ID: ({ id }) => id,
    Container: cellOf('NAME'),
    Name: cellOf('NAME'),
    CPUPerc: cellOf('CPU %'),
    MemUsage: cellOf('MEMORY / LIMIT'),
    MemPerc: cellOf('MEMORY %'),
    NetIO: cellOf('NET IN / OUT'),
    BlockIO: cellOf('DISK READ / WRITTEN'),
    PIDs: ({ pids }) => pids,
  }
}

/** Of one that does not run. */
export function noUsage(id: UsageSample['id'], at: string): UsageSample {
  const none = { cpuCores: 0, cpuTotalUs: 0, cpuThrottled: 0, memoryBytes: 0, memoryLimitBytes: null, pids: 0 }
  const still = { pidsLimit: null, ioReadBytes: 0, ioWriteBytes: 0, netReceiveBytes: 0, netSendBytes: 0 }
  return { id, at, ...none, ...still, engineMemoryBytes: null }
}
