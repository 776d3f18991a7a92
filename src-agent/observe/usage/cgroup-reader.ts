import { openCgroups } from '../../base/kernel/cgroup-hierarchy.ts'
import { readKernelText } from '../../base/kernel/kernel-text.ts'
import { parseIoStat, parseNetDev, parseProcessIo, parseServiceBytes, readField, readSingle } from './parse-counters.ts'
import type { CgroupReader, RawUsage, Traffic } from './raw-usage.ts'
import { createRestingGroups } from './resting-groups.ts'

/** Where the kernel's files are; the real places otherwise. */
interface Places {
  readonly cgroups?: string
  readonly processes?: string
}

type CgroupUsage = Omit<RawUsage, 'netReceiveBytes' | 'netSendBytes'>

/** Of a sandbox with more processes, the io of these is counted where the cgroup does not count. */
const maxProcesses = 64

type ReadFile = (controller: string, file: string) => string | null

/** Reads either form of cgroups. Which one is decided once. */
export function createCgroupReader({ cgroups = '/sys/fs/cgroup', processes = '/proc' }: Places = {}): CgroupReader {
  const hierarchy = openCgroups(cgroups)
  const groups = createRestingGroups((cgroup) =>
    hierarchy.version === 'v2'
      ? (/^usage_usec .*$/m.exec(hierarchy.read('cpu', cgroup, 'cpu.stat') ?? '')?.[0] ?? null)
      : hierarchy.read('cpuacct', cgroup, 'cpuacct.usage'),
  )
  return {
    version: hierarchy.version,
    startRound: groups.startRound,
    async read(cgroup, pid, before) {
      if (before && groups.rests(cgroup)) return before
      const read: ReadFile = (controller, file) => hierarchy.read(controller, cgroup, file)
      const processor = hierarchy.version === 'v2' ? readProcessorV2(read) : readProcessorV1(read)
      if (processor === null) return null
      if (processor.cpuUs === before?.cpuUs) return before
      const usage = hierarchy.version === 'v2' ? readV2(read, processor) : readV1(read, processor, processes)
      const net = parseNetDev(readKernelText(`${processes}/${pid}/net/dev`) ?? '')
      return { ...usage, netReceiveBytes: net.inBytes, netSendBytes: net.outBytes }
    },
  }
}

/** Of the processor, with the text that has more of it. */
interface Processor {
  readonly cpuUs: number
  readonly quota: () => string
}

function readProcessorV2(read: ReadFile): Processor | null {
  const cpu = read('cpu', 'cpu.stat')
  return cpu === null ? null : { cpuUs: readField(cpu, 'usage_usec'), quota: () => cpu }
}

function readProcessorV1(read: ReadFile): Processor | null {
  const cpuNs = read('cpuacct', 'cpuacct.usage')
  if (cpuNs === null) return null
  return { cpuUs: Math.floor(readSingle(cpuNs) / 1_000), quota: () => read('cpu', 'cpu.stat') ?? '' }
}

function quotaOf({ cpuUs, quota }: Processor): Pick<RawUsage, 'cpuUs' | 'periods' | 'throttledPeriods'> {
  const text = quota()
  return { cpuUs, periods: readField(text, 'nr_periods'), throttledPeriods: readField(text, 'nr_throttled') }
}

function readV2(read: ReadFile, processor: Processor): CgroupUsage {
  const memory = readSingle(read('memory', 'memory.current') ?? '')
  const droppable = readField(read('memory', 'memory.stat') ?? '', 'inactive_file')
  const io = parseIoStat(read('io', 'io.stat') ?? '')
  return {
    ...quotaOf(processor),
    memoryBytes: Math.max(0, memory - droppable),
    pids: readSingle(read('pids', 'pids.current') ?? ''),
    ioReadBytes: io.inBytes,
    ioWriteBytes: io.outBytes,
  }
}

function readV1(read: ReadFile, processor: Processor, processes: string): CgroupUsage {
  const memory = readSingle(read('memory', 'memory.usage_in_bytes') ?? '')
  const droppable = readField(read('memory', 'memory.stat') ?? '', 'total_inactive_file')
  const io = readV1Io(read, processes)
  return {
    ...quotaOf(processor),
    memoryBytes: Math.max(0, memory - droppable),
    pids: readSingle(read('pids', 'pids.current') ?? ''),
    ioReadBytes: io.inBytes,
    ioWriteBytes: io.outBytes,
  }
}

/**
 * Newer kernels count in v1 only for devices that have a limit (measured on 6.18). Then the processes are read. Of those
 * that ended, only what their parents waited for is known, so the sum may fall; the sampler keeps the highest.
 */
function readV1Io(read: ReadFile, processes: string): Traffic {
  const counted = parseServiceBytes(read('blkio', 'blkio.throttle.io_service_bytes_recursive') ?? '')
  if (counted.inBytes > 0 || counted.outBytes > 0) return counted
  const pids = (read('pids', 'cgroup.procs') ?? '').split('\n').filter(Boolean).slice(0, maxProcesses)
  let inBytes = 0
  let outBytes = 0
  for (const pid of pids) {
    const traffic = parseProcessIo(readKernelText(`${processes}/${pid}/io`) ?? '')
    inBytes += traffic.inBytes
    outBytes += traffic.outBytes
  }
  return { inBytes, outBytes }
}
