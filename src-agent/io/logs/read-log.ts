import { StringDecoder } from 'node:string_decoder'
import type { LogLine } from '#contract/observe'
import type { LogRecord } from './cri-line.ts'
import { type LogFiles, type LogPosition, logPosition } from './log-files.ts'
import { readPresent } from './log-present.ts'
import { readRecords } from './log-records.ts'
import { endPosition, tailPosition } from './log-tail.ts'

export interface ReadLogOptions {
  /** Only the last so many lines. */
  readonly tail?: number | undefined
  /** RFC 3339: nothing older. */
  readonly since?: string | undefined
  /** Resolves when no more will be written: the log is followed until then. Absent: read to its present end. */
  readonly ended?: Promise<unknown> | undefined
  readonly signal?: AbortSignal | undefined
}

/** The log as lines for people, in batches. */
export async function* readLog(files: LogFiles, options: ReadLogOptions): AsyncGenerator<readonly LogLine[]> {
  const { tail, since, ended, signal } = options
  if (tail === 0 && !ended) return
  const changedSinceMs = since === undefined ? undefined : Date.parse(since)
  const earliest = since === undefined ? '' : toUtc(since)
  const toLine = lineMaker()
  const source = ended
    ? readRecords(files, { from: await startOf(files, tail, changedSinceMs), ended, signal })
    : readPresent(files, { tail, changedSinceMs, signal })
  for await (const records of source) {
    const lines = records.map(toLine).filter((line) => line.at >= earliest)
    if (lines.length > 0) yield lines
  }
}

async function startOf(files: LogFiles, tail?: number, changedSinceMs?: number): Promise<LogPosition | null> {
  if (tail === 0) return endPosition(files)
  if (tail !== undefined) return tailPosition(files, tail)
  if (changedSinceMs === undefined) return null
  const file = (await files.kept()).find(({ modifiedMs }) => modifiedMs >= changedSinceMs)
  return file ? logPosition(file, 0) : null
}

/** A character that the monitor's buffer cut in two is shown whole, in the second piece. */
function lineMaker(): (record: LogRecord) => LogLine {
  const decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') }
  return ({ at, stream, bytes, partial }) => {
    const decoder = decoders[stream]
    const ending = !partial && bytes.at(-1) === 10
    const content = ending ? bytes.subarray(0, -1) : bytes
    const text = partial ? decoder.write(content) : decoder.end(content)
    return { at: toUtc(at), stream, text, partial }
  }
}

/** One form with nanoseconds and `Z`, so that times are ordered as texts are. */
export function toUtc(time: string): string {
  const match = /^(.{19})(?:\.(\d+))?(Z|[+-]\d\d:\d\d)$/i.exec(time)
  if (!match) return time
  const [, seconds = '', fraction = '', offset = 'Z'] = match
  const isUtc = offset === 'Z' || offset === 'z' || offset === '+00:00'
  const whole = isUtc ? seconds : new Date(`${seconds}${offset}`).toISOString().slice(0, 19)
  return `${whole}.${fraction.padEnd(9, '0').slice(0, 9)}Z`
}
