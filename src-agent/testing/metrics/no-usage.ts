import type { RawUsage, Waits } from '../../observe/usage/raw-usage.ts'

const noWaits: Waits = {
  cpuSomeUs: 0,
  cpuFullUs: 0,
  memorySomeUs: 0,
  memoryFullUs: 0,
  ioSomeUs: 0,
  ioFullUs: 0,
}

/** Of a sandbox that has done nothing yet. */
export const noUsage: RawUsage = {
  cpuUs: 0,
  cpuUserUs: 0,
  periods: 0,
  throttledPeriods: 0,
  memoryBytes: 0,
  memoryAnonBytes: 0,
  memoryFileBytes: 0,
  memoryKernelBytes: 0,
  oomKills: 0,
  pids: 0,
  ioReadBytes: 0,
  ioWriteBytes: 0,
  ioReads: 0,
  ioWrites: 0,
  netReceiveBytes: 0,
  netSendBytes: 0,
  netReceivePackets: 0,
  netSendPackets: 0,
  netReceiveDrops: 0,
  netSendDrops: 0,
  waits: noWaits,
}
