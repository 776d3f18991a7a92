import { existsSync } from 'node:fs'
import { readKernelText } from '../../base/kernel/kernel-text.ts'
import { readField } from '../usage/parse-counters.ts'

/** What the kernel has counted for one sandbox; times in microseconds. Null: this kernel does not report it. */
export interface Counters {
  readonly cpuUs: number
  /** Time in which some process of it was ready and had to wait for a processor. */
  readonly cpuWaitUs: number | null
  /** Of which its own quota held it back. */
  readonly throttledUs: number
  readonly memoryWaitUs: number | null
  readonly ioWaitUs: number | null
  /** Pages that the kernel took back from it. */
  readonly reclaimed: number | null
  /** How often it hit its own limit of memory. */
  readonly ownLimitHits: number
  /** For how many readings nothing but time has passed. */
  readonly idleFor: number
}

export interface HostCounters {
  /** Time of all processors in work, of whomever; stolen time of a virtual machine counts, as somebody's. */
  readonly busyUs: number
  readonly stolenUs: number
}

export interface CounterReader {
  /** Null where the sandbox has ended. */
  read(cgroup: string, pid: number, before: Counters | null): Counters | null
  readHost(): HostCounters
}

interface Places {
  readonly cgroups?: string
  readonly proc?: string
}

/** The kernel counts processor time in hundredths of a second here, whatever its own clock is. */
const tickUs = 10_000

/**
 * Of one that has neither run nor waited over so many readings, nothing more is read until it has run: to wait for anything
 * new, it must run first. The kernel brings its sums of pressure up to date every two seconds.
 */
const idleReadings = 4

export function createCounterReader({ cgroups = '/sys/fs/cgroup', proc = '/proc' }: Places = {}): CounterReader {
  const isV2 = existsSync(`${cgroups}/cgroup.controllers`)
  // Of a hybrid host, the tree of version 2 has no controllers but reports pressure.
  const unified = isV2 ? cgroups : `${cgroups}/unified`
  const readV1 = (controller: string, cgroup: string, file: string) =>
    readKernelText(`${cgroups}/${controller}${cgroup}/${file}`, 16_384)
  const readAll = ({ cgroup, pid, cpuUs, stat }: { cgroup: string; pid: number; cpuUs: number; stat: string }) => {
    const pressure = (kind: string) => parsePressure(readKernelText(`${unified}${cgroup}/${kind}.pressure`, 4096))
    const throttledUs = isV2
      ? readField(stat, 'throttled_usec')
      : Math.floor(readField(readV1('cpu', cgroup, 'cpu.stat') ?? '', 'throttled_time') / 1000)
    const { reclaimed, hits } = readMemory(isV2, readV1, unified, cgroup)
    return {
      cpuUs,
      cpuWaitUs: pressure('cpu') ?? readRunDelay(proc, pid),
      throttledUs,
      memoryWaitUs: pressure('memory'),
      ioWaitUs: pressure('io'),
      reclaimed,
      ownLimitHits: hits,
    }
  }
  return {
    read(cgroup, pid, before) {
      const stat = readKernelText(`${unified}${cgroup}/cpu.stat`, 4096)
      const cpuUs = stat === null ? readV1Usage(readV1, cgroup) : readField(stat, 'usage_usec')
      if (cpuUs === null) return null
      const isIdle = before !== null && before.cpuUs === cpuUs
      if (isIdle && before.idleFor >= idleReadings) return before
      const now = readAll({ cgroup, pid, cpuUs, stat: stat ?? '' })
      const still = isIdle && now.cpuWaitUs === before.cpuWaitUs && now.ioWaitUs === before.ioWaitUs
      return { ...now, idleFor: still ? before.idleFor + 1 : 0 }
    },
    readHost: () => parseHost(readKernelText(`${proc}/stat`, 65_536) ?? ''),
  }
}

type ReadV1 = (controller: string, cgroup: string, file: string) => string | null

function readV1Usage(readV1: ReadV1, cgroup: string): number | null {
  const text = readV1('cpuacct', cgroup, 'cpuacct.usage')
  return text === null ? null : Math.floor(Number(text) / 1000)
}

function readMemory(isV2: boolean, readV1: ReadV1, unified: string, cgroup: string) {
  if (!isV2) {
    // Version 1 does not report pages taken back; hits of its own limit it does.
    return { reclaimed: null, hits: Number(readV1('memory', cgroup, 'memory.failcnt') ?? 0) || 0 }
  }
  const stat = readKernelText(`${unified}${cgroup}/memory.stat`, 16_384) ?? ''
  const events = readKernelText(`${unified}${cgroup}/memory.events`, 4096) ?? ''
  return { reclaimed: readField(stat, 'pgsteal'), hits: readField(events, 'max') }
}

/** `some avg10=0.00 … total=1021`: microseconds in which at least one process waited. */
export function parsePressure(text: string | null): number | null {
  const total = text === null ? undefined : /^some .*\btotal=(\d+)/m.exec(text)?.[1]
  return total === undefined ? null : Number(total)
}

/** /proc/PID/schedstat: ran, waited (nanoseconds), slices. Of the main process only; better than nothing. */
function readRunDelay(proc: string, pid: number): number | null {
  const waited = (readKernelText(`${proc}/${pid}/schedstat`, 256) ?? '').split(' ')[1]
  return waited === undefined ? null : Math.floor(Number(waited) / 1000)
}

/** The first line of /proc/stat: user nice system idle iowait irq softirq steal. */
export function parseHost(text: string): HostCounters {
  const fields = (text.split('\n', 1)[0] ?? '').trim().split(/\s+/).slice(1).map(Number)
  const at = (index: number): number => (fields[index] ?? 0) * tickUs
  return { busyUs: at(0) + at(1) + at(2) + at(5) + at(6) + at(7), stolenUs: at(7) }
}
