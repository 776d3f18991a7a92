import { openCgroups } from '../../base/kernel/cgroup-hierarchy.ts'
import { readKernelText } from '../../base/kernel/kernel-text.ts'
import {
  parseIoOperations,
  parseIoStat,
  parseNetDev,
  parseProcessIo,
  parseServiceBytes,
  parseWaits,
  readField,
  readKnownField,
  readSingle,
} from './parse-counters.ts'
import type { CgroupReader, RawUsage, Waits } from './raw-usage.ts'
import { createRestingGroups } from './resting-groups.ts'

/** Where the kernel's files are; the real places otherwise. */
interface Places {
  readonly cgroups?: string
  readonly processes?: string
}

/** Of a sandbox with more processes, the io of these is counted where the cgroup does not count. */
const maxProcesses = 64

type ReadFile = (controller: string, file: string) => string | null

/** Reads either form of cgroups. Which one is decided once. */
export function createCgroupReader({ cgroups = '/sys/fs/cgroup', processes = '/proc' }: Places = {}): CgroupReader {
  const hierarchy = openCgroups(cgroups)
  const isV2 = hierarchy.version === 'v2'
  const groups = createRestingGroups((cgroup) =>
    isV2
      ? (/^usage_usec .*$/m.exec(hierarchy.read('cpu', cgroup, 'cpu.stat') ?? '')?.[0] ?? null)
      : hierarchy.read('cpuacct', cgroup, 'cpuacct.usage'),
  )
  // Of a hybrid host, the tree of version 2 has no controllers but reports pressure.
  const pressures = isV2 ? cgroups : `${cgroups}/unified`
  return {
    version: hierarchy.version,
    startRound: groups.startRound,
    async read(cgroup, pid, before, refresh = false) {
      if (before && !refresh && groups.rests(cgroup)) return before
      const read: ReadFile = (controller, file) => hierarchy.read(controller, cgroup, file)
      const processor = isV2 ? readProcessorV2(read) : readProcessorV1(read)
      if (processor === null) return null
      const readRest = () => ({ ...(isV2 ? readMemoryV2(read) : readMemoryV1(read)), ...readNetwork(processes, pid) })
      if (processor.cpuUs === before?.cpuUs) return refresh ? unlessSame(before, { ...before, ...readRest() }) : before
      return {
        ...processor.readAll(),
        ...readRest(),
        pids: readSingle(read('pids', 'pids.current') ?? ''),
        ...(isV2 ? readIoV2(read) : readIoV1(read, processes)),
        waits: readWaits(`${pressures}${cgroup}`),
      }
    },
  }
}

/** What was read before, where nothing is otherwise: then nobody who asks has to look. */
function unlessSame(before: RawUsage, now: RawUsage): RawUsage {
  const names = Object.keys(now) as (keyof RawUsage)[]
  return names.every((name) => now[name] === before[name]) ? before : now
}

type OfProcessor = Pick<RawUsage, 'cpuUs' | 'cpuUserUs' | 'periods' | 'throttledPeriods'>
type OfMemory = Pick<RawUsage, 'memoryBytes' | 'memoryAnonBytes' | 'memoryFileBytes' | 'memoryKernelBytes' | 'oomKills'>
type OfIo = Pick<RawUsage, 'ioReadBytes' | 'ioWriteBytes' | 'ioReads' | 'ioWrites'>

/** Of the processor, with what reads more of it. */
interface Processor {
  readonly cpuUs: number
  readonly readAll: () => OfProcessor
}

function readProcessorV2(read: ReadFile): Processor | null {
  const cpu = read('cpu', 'cpu.stat')
  if (cpu === null) return null
  const cpuUs = readField(cpu, 'usage_usec')
  return { cpuUs, readAll: () => ({ cpuUs, cpuUserUs: readField(cpu, 'user_usec'), ...periodsOf(cpu) }) }
}

function readProcessorV1(read: ReadFile): Processor | null {
  const cpuNs = read('cpuacct', 'cpuacct.usage')
  if (cpuNs === null) return null
  const cpuUs = Math.floor(readSingle(cpuNs) / 1_000)
  const userUs = () => Math.floor(readSingle(read('cpuacct', 'cpuacct.usage_user') ?? '') / 1_000)
  const readAll = () => ({
    cpuUs,
    // The two are read one after the other, and a part is not more than the whole.
    cpuUserUs: Math.min(cpuUs, userUs()),
    ...periodsOf(read('cpu', 'cpu.stat') ?? ''),
  })
  return { cpuUs, readAll }
}

function periodsOf(text: string): Pick<RawUsage, 'periods' | 'throttledPeriods'> {
  return { periods: readField(text, 'nr_periods'), throttledPeriods: readField(text, 'nr_throttled') }
}

function readMemoryV2(read: ReadFile): OfMemory {
  const memory = readSingle(read('memory', 'memory.current') ?? '')
  const stat = read('memory', 'memory.stat') ?? ''
  // Kernels before 5.18 have no sum of their own memory.
  const parts = ['kernel_stack', 'pagetables', 'percpu', 'sock', 'slab']
  const sum = parts.reduce((total, part) => total + readField(stat, part), 0)
  return {
    memoryBytes: Math.max(0, memory - readField(stat, 'inactive_file')),
    memoryAnonBytes: readField(stat, 'anon'),
    memoryFileBytes: readField(stat, 'file'),
    memoryKernelBytes: readKnownField(stat, 'kernel') ?? sum,
    oomKills: readField(read('memory', 'memory.events') ?? '', 'oom_kill'),
  }
}

function readMemoryV1(read: ReadFile): OfMemory {
  const memory = readSingle(read('memory', 'memory.usage_in_bytes') ?? '')
  const stat = read('memory', 'memory.stat') ?? ''
  return {
    memoryBytes: Math.max(0, memory - readField(stat, 'total_inactive_file')),
    memoryAnonBytes: readField(stat, 'total_rss'),
    memoryFileBytes: readField(stat, 'total_cache'),
    memoryKernelBytes: readSingle(read('memory', 'memory.kmem.usage_in_bytes') ?? ''),
    oomKills: readField(read('memory', 'memory.oom_control') ?? '', 'oom_kill'),
  }
}

function readIoV2(read: ReadFile): OfIo {
  const text = read('io', 'io.stat') ?? ''
  const [bytes, operations] = [parseIoStat(text), parseIoOperations(text)]
  return {
    ioReadBytes: bytes.inBytes,
    ioWriteBytes: bytes.outBytes,
    ioReads: operations.inBytes,
    ioWrites: operations.outBytes,
  }
}

/**
 * Newer kernels count in v1 only for devices that have a limit (measured on 6.18). Then the processes are read. Of those
 * that ended, only what their parents waited for is known, so the sum may fall; the sampler keeps the highest.
 */
function readIoV1(read: ReadFile, processes: string): OfIo {
  const counted = parseServiceBytes(read('blkio', 'blkio.throttle.io_service_bytes_recursive') ?? '')
  if (counted.inBytes > 0 || counted.outBytes > 0) {
    const operations = parseServiceBytes(read('blkio', 'blkio.throttle.io_serviced_recursive') ?? '')
    return {
      ioReadBytes: counted.inBytes,
      ioWriteBytes: counted.outBytes,
      ioReads: operations.inBytes,
      ioWrites: operations.outBytes,
    }
  }
  const pids = (read('pids', 'cgroup.procs') ?? '').split('\n').filter(Boolean).slice(0, maxProcesses)
  let inBytes = 0
  let outBytes = 0
  for (const pid of pids) {
    const traffic = parseProcessIo(readKernelText(`${processes}/${pid}/io`) ?? '')
    inBytes += traffic.inBytes
    outBytes += traffic.outBytes
  }
  return { ioReadBytes: inBytes, ioWriteBytes: outBytes, ioReads: null, ioWrites: null }
}

function readNetwork(processes: string, pid: number) {
  const net = parseNetDev(readKernelText(`${processes}/${pid}/net/dev`) ?? '')
  return {
    netReceiveBytes: net.inBytes,
    netSendBytes: net.outBytes,
    netReceivePackets: net.inPackets,
    netSendPackets: net.outPackets,
    netReceiveDrops: net.inDrops,
    netSendDrops: net.outDrops,
  }
}

/** Of a folder that has `cpu.pressure` and the like. */
function readWaits(folder: string): Waits {
  const [cpu, memory, io] = (['cpu', 'memory', 'io'] as const).map((kind) =>
    parseWaits(readKernelText(`${folder}/${kind}.pressure`, 4096)),
  )
  return {
    cpuSomeUs: cpu?.someUs ?? null,
    cpuFullUs: cpu?.fullUs ?? null,
    memorySomeUs: memory?.someUs ?? null,
    memoryFullUs: memory?.fullUs ?? null,
    ioSomeUs: io?.someUs ?? null,
    ioFullUs: io?.fullUs ?? null,
  }
}
