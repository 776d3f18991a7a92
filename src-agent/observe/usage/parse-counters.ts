import type { Traffic } from './raw-usage.ts'

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

/** /proc/PID/net/dev: all interfaces but loopback. */
export function parseNetDev(text: string): Traffic {
  let inBytes = 0
  let outBytes = 0
  for (const line of text.split('\n')) {
    const [name, counters] = line.split(':')
    if (counters === undefined || name?.trim() === 'lo') continue
    const fields = counters.trim().split(/\s+/)
    inBytes += toCount(fields[0] ?? '')
    outBytes += toCount(fields[8] ?? '')
  }
  return { inBytes, outBytes }
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
