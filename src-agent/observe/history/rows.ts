import type { Waits } from '../usage/raw-usage.ts'
import { type Reading, type Sampled, throttledShare } from '../usage/usage-sample.ts'
import { type Row, rowOf } from './columns.ts'
import type { HostUsage } from './host-reader.ts'

/** What is known of a sandbox's disk from elsewhere. */
export interface DiskOf {
  readonly bytes: number | null
  readonly limitBytes: number | null
}

type Count = number | null

/** How much a counter grew in a second; one that fell has begun anew. */
function rateOver(seconds: number): (before: Count, now: Count) => Count {
  return (before, now) => (before === null || now === null || seconds <= 0 ? null : Math.max(0, now - before) / seconds)
}

/** Shares of the time. Counters that are read at different moments may give a little more than all. */
function sharesOver(seconds: number, before: Waits, now: Waits) {
  const rate = rateOver(seconds)
  const share = (name: keyof Waits): Count => {
    const us = rate(before[name], now[name])
    return us === null ? null : Math.min(1, us / 1e6)
  }
  return {
    pressureCpuSome: share('cpuSomeUs'),
    pressureCpuFull: share('cpuFullUs'),
    pressureMemorySome: share('memorySomeUs'),
    pressureMemoryFull: share('memoryFullUs'),
    pressureIoSome: share('ioSomeUs'),
    pressureIoFull: share('ioFullUs'),
  }
}

/** What a sandbox used between two readings, and holds at the later one. */
export function rowOfSandbox({ limits }: Sampled, before: Reading, now: Reading, disk: DiskOf): Row {
  const seconds = (now.monotonicMs - before.monotonicMs) / 1000
  const rate = rateOver(seconds)
  const [was, is] = [before.usage, now.usage]
  const cpu = (rate(was.cpuUs, is.cpuUs) ?? 0) / 1e6
  const cpuUser = Math.min(cpu, (rate(was.cpuUserUs, is.cpuUserUs) ?? 0) / 1e6)
  return rowOf({
    cpu,
    cpuUser,
    cpuSystem: cpu - cpuUser,
    cpuThrottled: throttledShare(was, is),
    cpuLimit: limits.cpus,
    memory: is.memoryBytes,
    memoryAnon: is.memoryAnonBytes,
    memoryFile: is.memoryFileBytes,
    memoryKernel: is.memoryKernelBytes,
    memoryEngine: now.engineMemoryBytes,
    memoryLimit: limits.memoryBytes,
    oomKills: rate(was.oomKills, is.oomKills),
    pids: is.pids,
    pidsLimit: limits.pids,
    ioReadBytes: rate(was.ioReadBytes, is.ioReadBytes),
    ioWriteBytes: rate(was.ioWriteBytes, is.ioWriteBytes),
    ioReadOps: rate(was.ioReads, is.ioReads),
    ioWriteOps: rate(was.ioWrites, is.ioWrites),
    netReceiveBytes: rate(was.netReceiveBytes, is.netReceiveBytes),
    netSendBytes: rate(was.netSendBytes, is.netSendBytes),
    netReceivePackets: rate(was.netReceivePackets, is.netReceivePackets),
    netSendPackets: rate(was.netSendPackets, is.netSendPackets),
    netReceiveDrops: rate(was.netReceiveDrops, is.netReceiveDrops),
    netSendDrops: rate(was.netSendDrops, is.netSendDrops),
    ...sharesOver(seconds, was.waits, is.waits),
    diskBytes: disk.bytes,
    diskLimit: disk.limitBytes,
  })
}

/** The same of this machine, over so many seconds. */
export function rowOfHost(was: HostUsage, is: HostUsage, seconds: number, cores: number): Row {
  const rate = rateOver(seconds)
  const coresIn = (name: 'cpuUserUs' | 'cpuSystemUs'): number => (rate(was[name], is[name]) ?? 0) / 1e6
  return rowOf({
    cpu: coresIn('cpuUserUs') + coresIn('cpuSystemUs'),
    cpuUser: coresIn('cpuUserUs'),
    cpuSystem: coresIn('cpuSystemUs'),
    cpuThrottled: null,
    cpuLimit: cores,
    memory: is.memoryBytes,
    memoryAnon: is.memoryAnonBytes,
    memoryFile: is.memoryFileBytes,
    memoryKernel: is.memoryKernelBytes,
    memoryEngine: null,
    memoryLimit: is.memoryLimitBytes,
    oomKills: rate(was.oomKills, is.oomKills),
    pids: is.pids,
    pidsLimit: is.pidsLimit,
    ioReadBytes: rate(was.ioReadBytes, is.ioReadBytes),
    ioWriteBytes: rate(was.ioWriteBytes, is.ioWriteBytes),
    ioReadOps: rate(was.ioReads, is.ioReads),
    ioWriteOps: rate(was.ioWrites, is.ioWrites),
    netReceiveBytes: rate(was.net.inBytes, is.net.inBytes),
    netSendBytes: rate(was.net.outBytes, is.net.outBytes),
    netReceivePackets: rate(was.net.inPackets, is.net.inPackets),
    netSendPackets: rate(was.net.outPackets, is.net.outPackets),
    netReceiveDrops: rate(was.net.inDrops, is.net.inDrops),
    netSendDrops: rate(was.net.outDrops, is.net.outDrops),
    ...sharesOver(seconds, was.waits, is.waits),
    diskBytes: is.diskBytes,
    diskLimit: is.diskLimitBytes,
  })
}
