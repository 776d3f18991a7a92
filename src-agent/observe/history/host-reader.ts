import { readdirSync, statfsSync } from 'node:fs'
import { readKernelText } from '../../base/kernel/kernel-text.ts'
import { parseNetDev, parseWaits, readField } from '../usage/parse-counters.ts'
import type { NetTraffic, Waits } from '../usage/raw-usage.ts'

/** What the kernel has counted for this machine since it started, and what is held now. */
export interface HostUsage {
  readonly cpuUserUs: number
  readonly cpuSystemUs: number
  /** In use by programs and the kernel: what cannot be had at once. */
  readonly memoryBytes: number
  readonly memoryAnonBytes: number
  readonly memoryFileBytes: number
  readonly memoryKernelBytes: number
  readonly memoryLimitBytes: number
  readonly oomKills: number
  readonly pids: number
  readonly pidsLimit: number | null
  readonly ioReadBytes: number
  readonly ioWriteBytes: number
  readonly ioReads: number
  readonly ioWrites: number
  readonly net: NetTraffic
  readonly waits: Waits
  /** Of the file system that has the state folder. */
  readonly diskBytes: number | null
  readonly diskLimitBytes: number | null
}

export interface HostReader {
  readonly cores: number
  read(): HostUsage
}

interface Places {
  readonly proc?: string
  readonly sys?: string
  /** Whose file system's room counts. */
  readonly home: string
  readonly cores: number
}

const tickUs = 10_000
const sectorBytes = 512
/** Disks and network cards come and go, but not every second. */
const lookAgainAfter = 60

/** Reads files of the kernel; cheap enough for once a second. */
export function createHostReader({ proc = '/proc', sys = '/sys', home, cores }: Places): HostReader {
  let devices = { disks: new Set<string>(), cards: new Set<string>() }
  let reads = 0
  return {
    cores,
    read() {
      if (reads % lookAgainAfter === 0) devices = findDevices(sys)
      reads += 1
      const text = (name: string): string => readKernelText(`${proc}/${name}`) ?? ''
      return {
        ...parseProcessors(text('stat')),
        ...parseMemory(text('meminfo')),
        oomKills: readField(text('vmstat'), 'oom_kill'),
        // `0.84 0.78 0.68 2/322 9876`: those that run, and all there are.
        pids: Number(/ \d+\/(\d+) /.exec(text('loadavg'))?.[1] ?? 0),
        pidsLimit: Number(text('sys/kernel/pid_max').trim()) || null,
        ...parseDisks(text('diskstats'), devices.disks),
        net: parseNetDev(text('net/dev'), (name) => devices.cards.has(name)),
        waits: readWaits((kind) => readKernelText(`${proc}/pressure/${kind}`, 4096)),
        ...measureRoom(home),
      }
    },
  }
}

/** What is a piece of hardware, real or of a virtual machine: what stands on it would count twice. */
function findDevices(sys: string) {
  const list = (folder: string): string[] => {
    try {
      return readdirSync(`${sys}/${folder}`)
    } catch {
      return []
    }
  }
  const hasDevice = (folder: string) => (name: string) => list(`${folder}/${name}`).includes('device')
  return {
    disks: new Set(list('block').filter(hasDevice('block'))),
    cards: new Set(list('class/net').filter(hasDevice('class/net'))),
  }
}

/** The first line of /proc/stat: user nice system idle iowait irq softirq steal. */
function parseProcessors(text: string): Pick<HostUsage, 'cpuUserUs' | 'cpuSystemUs'> {
  const fields = (text.split('\n', 1)[0] ?? '').trim().split(/\s+/).slice(1).map(Number)
  const at = (index: number): number => (fields[index] ?? 0) * tickUs
  return { cpuUserUs: at(0) + at(1), cpuSystemUs: at(2) + at(5) + at(6) }
}

function parseMemory(text: string) {
  const bytes = (name: string): number => {
    const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1]
    return Number(found ?? 0) * 1024
  }
  const total = bytes('MemTotal')
  return {
    memoryLimitBytes: total,
    memoryBytes: Math.max(0, total - bytes('MemAvailable')),
    memoryAnonBytes: bytes('AnonPages'),
    memoryFileBytes: bytes('Cached') + bytes('Buffers'),
    memoryKernelBytes: bytes('Slab') + bytes('KernelStack') + bytes('PageTables') + bytes('Percpu'),
  }
}

/** `254 0 vda READS merged SECTORS ms WRITES merged SECTORS …`, one line for each device and each of its parts. */
function parseDisks(text: string, disks: ReadonlySet<string>) {
  const sum = { ioReadBytes: 0, ioWriteBytes: 0, ioReads: 0, ioWrites: 0 }
  for (const line of text.split('\n')) {
    const fields = line.trim().split(/\s+/)
    if (!disks.has(fields[2] ?? '')) continue
    const at = (index: number): number => Number(fields[index] ?? 0)
    sum.ioReads += at(3)
    sum.ioReadBytes += at(5) * sectorBytes
    sum.ioWrites += at(7)
    sum.ioWriteBytes += at(9) * sectorBytes
  }
  return sum
}

function readWaits(read: (kind: string) => string | null): Waits {
  const [cpu, memory, io] = ['cpu', 'memory', 'io'].map((kind) => parseWaits(read(kind)))
  return {
    cpuSomeUs: cpu?.someUs ?? null,
    cpuFullUs: cpu?.fullUs ?? null,
    memorySomeUs: memory?.someUs ?? null,
    memoryFullUs: memory?.fullUs ?? null,
    ioSomeUs: io?.someUs ?? null,
    ioFullUs: io?.fullUs ?? null,
  }
}

function measureRoom(home: string): Pick<HostUsage, 'diskBytes' | 'diskLimitBytes'> {
  try {
    const { bsize, blocks, bfree } = statfsSync(home)
    return { diskBytes: (blocks - bfree) * bsize, diskLimitBytes: blocks * bsize }
  } catch {
    return { diskBytes: null, diskLimitBytes: null }
  }
}
