import type { NetTraffic, Traffic } from './raw-usage.ts'

/** The value behind a name in files of lines `name value`; 0 where it is not there. */
export function readField(text: string, name: string): number {
  for (let start = 0; start < text.length; ) {
    const end = lineEnd(text, start)
    if (text.startsWith(name, start) && text[start + name.length] === ' ') {
      return toCount(text.slice(start + name.length + 1, end))
    }
    start = end + 1
  }
  return 0
}

/** A file that holds one number. `max` and garbage are 0. */
export function readSingle(text: string): number {
  return toCount(text)
}

/** cgroup v2's io.stat: `254:0 rbytes=1 wbytes=2 rios=…`, one line for each device. */
export function parseIoStat(text: string): Traffic {
  return { inBytes: sumMatches(text, /\brbytes=(\d+)/g), outBytes: sumMatches(text, /\bwbytes=(\d+)/g) }
}

/** cgroup v1's blkio.*.io_service_bytes: `254:0 Read 1`, one line for each device and direction. */
export function parseServiceBytes(text: string): Traffic {
  return { inBytes: sumMatches(text, /^\d+:\d+ Read (\d+)$/gm), outBytes: sumMatches(text, /^\d+:\d+ Write (\d+)$/gm) }
}

/** /proc/PID/io: what a process, and its children that it has waited for, moved from and to disks. */
export function parseProcessIo(text: string): Traffic {
  return { inBytes: readField(text, 'read_bytes:'), outBytes: readField(text, 'write_bytes:') }
}

/** cgroup v2's io.stat again: operations of devices. */
export function parseIoOperations(text: string): Traffic {
  return { inBytes: sumMatches(text, /\brios=(\d+)/g), outBytes: sumMatches(text, /\bwios=(\d+)/g) }
}

/** The value behind a name, or null where this kernel does not report it. */
export function readKnownField(text: string, name: string): number | null {
  return text.startsWith(`${name} `) || text.includes(`\n${name} `) ? readField(text, name) : null
}

/** A `*.pressure` file: microseconds in which some, and all, processes waited; null where the kernel does not say. */
export function parseWaits(text: string | null): { readonly someUs: number | null; readonly fullUs: number | null } {
  const total = (line: RegExp): number | null => {
    const found = text === null ? undefined : line.exec(text)?.[1]
    return found === undefined ? null : Number(found)
  }
  return { someUs: total(/^some .*\btotal=(\d+)/m), fullUs: total(/^full .*\btotal=(\d+)/m) }
}

/** /proc/PID/net/dev: all interfaces but loopback, or those that are chosen. */
export function parseNetDev(text: string, isCounted = (name: string): boolean => name !== 'lo'): NetTraffic {
  const sum = { inBytes: 0, outBytes: 0, inPackets: 0, outPackets: 0, inDrops: 0, outDrops: 0 }
  for (const line of text.split('\n')) {
    const [name, counters] = line.split(':')
    if (counters === undefined || !isCounted(name?.trim() ?? '')) continue
    const fields = counters.trim().split(/\s+/)
    sum.inBytes += toCount(fields[0] ?? '')
    sum.inPackets += toCount(fields[1] ?? '')
    sum.inDrops += toCount(fields[3] ?? '')
    sum.outBytes += toCount(fields[8] ?? '')
    sum.outPackets += toCount(fields[9] ?? '')
    sum.outDrops += toCount(fields[11] ?? '')
  }
  return sum
}

function lineEnd(text: string, start: number): number {
  const end = text.indexOf('\n', start)
  return end === -1 ? text.length : end
}

function sumMatches(text: string, pattern: RegExp): number {
  let sum = 0
  for (const match of text.matchAll(pattern)) sum += Number(match[1])
  return sum
}

function toCount(text: string): number {
  const value = Number.parseInt(text, 10)
  return Number.isFinite(value) && value > 0 ? value : 0
}
