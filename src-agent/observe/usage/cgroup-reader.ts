import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { readKernelFile } from '../../metrics/kernel-file.ts'
import { parseIoStat, parseNetDev, parseProcessIo, parseServiceBytes, readField, readSingle } from './parse-counters.ts'
import type { CgroupReader, RawUsage, Traffic } from './raw-usage.ts'

/** Where the kernel's files are; the real places otherwise. */
interface Places {
  readonly cgroups?: string
  readonly processes?: string
}

type CgroupUsage = Omit<RawUsage, 'netReceiveBytes' | 'netSendBytes'>

/** Of a sandbox with more processes, the io of these is counted where the cgroup does not count. */
const maxProcesses = 64

/**
 * Reads either hierarchy. Which one is decided once, by the file that only the root of a pure v2 has: a hybrid host has
 * it in a folder below, and there the controllers are v1's.
 */
export function createCgroupReader({ cgroups = '/sys/fs/cgroup', processes = '/proc' }: Places = {}): CgroupReader {
  const version = existsSync(join(cgroups, 'cgroup.controllers')) ? 'v2' : 'v1'
  const readCgroup =
    version === 'v2'
      ? (cgroup: string) => readV2(join(cgroups, cgroup))
      : (cgroup: string) => readV1(cgroups, cgroup, processes)
  return {
    version,
    async read(cgroup, pid) {
      const usage = readCgroup(cgroup)
      if (usage === null) return null
      const net = parseNetDev(readKernelFile(`${processes}/${pid}/net/dev`) ?? '')
      return { ...usage, netReceiveBytes: net.inBytes, netSendBytes: net.outBytes }
    },
  }
}

function readV2(folder: string): CgroupUsage | null {
  const cpu = readKernelFile(`${folder}/cpu.stat`)
  if (cpu === null) return null
  const memory = readSingle(readKernelFile(`${folder}/memory.current`) ?? '')
  const droppable = readField(readKernelFile(`${folder}/memory.stat`) ?? '', 'inactive_file')
  const io = parseIoStat(readKernelFile(`${folder}/io.stat`) ?? '')
  return {
    cpuUs: readField(cpu, 'usage_usec'),
    periods: readField(cpu, 'nr_periods'),
    throttledPeriods: readField(cpu, 'nr_throttled'),
    memoryBytes: Math.max(0, memory - droppable),
    pids: readSingle(readKernelFile(`${folder}/pids.current`) ?? ''),
    ioReadBytes: io.inBytes,
    ioWriteBytes: io.outBytes,
  }
}

function readV1(root: string, cgroup: string, processes: string): CgroupUsage | null {
  const read = (controller: string, file: string): string | null =>
    readKernelFile(`${root}/${controller}${cgroup}/${file}`)
  const cpuNs = read('cpuacct', 'cpuacct.usage')
  if (cpuNs === null) return null
  const quota = read('cpu', 'cpu.stat') ?? ''
  const memory = readSingle(read('memory', 'memory.usage_in_bytes') ?? '')
  const droppable = readField(read('memory', 'memory.stat') ?? '', 'total_inactive_file')
  const io = readV1Io(read, processes)
  return {
    cpuUs: Math.floor(readSingle(cpuNs) / 1_000),
    periods: readField(quota, 'nr_periods'),
    throttledPeriods: readField(quota, 'nr_throttled'),
    memoryBytes: Math.max(0, memory - droppable),
    pids: readSingle(read('pids', 'pids.current') ?? ''),
    ioReadBytes: io.inBytes,
    ioWriteBytes: io.outBytes,
  }
}

/**
 * Newer kernels count in v1 only for devices that have a limit (measured on 6.18). Then the processes are asked. Of those
 * that ended, only what their parents waited for is known, so the sum may fall; the sampler keeps the highest.
 */
function readV1Io(read: (controller: string, file: string) => string | null, processes: string): Traffic {
  const counted = parseServiceBytes(read('blkio', 'blkio.throttle.io_service_bytes_recursive') ?? '')
  if (counted.inBytes > 0 || counted.outBytes > 0) return counted
  const pids = (read('pids', 'cgroup.procs') ?? '').split('\n').filter(Boolean).slice(0, maxProcesses)
  let inBytes = 0
  let outBytes = 0
  for (const pid of pids) {
    const traffic = parseProcessIo(readKernelFile(`${processes}/${pid}/io`) ?? '')
    inBytes += traffic.inBytes
    outBytes += traffic.outBytes
  }
  return { inBytes, outBytes }
}
