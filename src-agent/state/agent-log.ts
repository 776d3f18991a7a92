import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { type Logger, pino } from 'pino'
import { createStream } from 'rotating-file-stream'

/** The agent's own log: lines of JSON, at most five files of 5 MB. With `journal` also on standard error, for systemd's journal. */
export function openAgentLog(
  folder: string,
  { journal }: { readonly journal: boolean },
): { log: Logger; path: string; close: () => Promise<void> } {
  const path = join(folder, 'joeyd.log')
  const { write, close } = createLastingWriter(() =>
    createStream('joeyd.log', { path: folder, size: '5M', maxFiles: 4, mode: 0o600 }),
  )
  const both = (line: string): void => {
    write(line)
    process.stderr.write(journalLine(line))
  }
  const level = process.env['JOEY_LOG_LEVEL'] ?? 'info'
  const log = pino({ base: { pid: process.pid }, level }, { write: journal ? both : write })
  return { log, path, close }
}

/** Pino's levels as syslog's, which the journal filters by; see sd-daemon(3). */
const priorities: readonly (readonly [from: number, priority: number])[] = [
  [60, 2],
  [50, 3],
  [40, 4],
  [30, 6],
  [0, 7],
]

interface LogLine extends Readonly<Record<string, unknown>> {
  readonly msg?: string
}

/** A line of the log as the journal has it: its priority, the message, then the fields. Time and process are the journal's own. */
export function journalLine(line: string): string {
  const { level, time: _, pid: __, msg = '', ...fields } = JSON.parse(line) as LogLine
  const priority = priorities.find(([from]) => Number(level) >= from)?.[1] ?? 6
  const rest = Object.keys(fields).length === 0 ? '' : ` ${JSON.stringify(fields)}`
  return `<${priority}>${msg}${rest}\n`
}

/**
 * Writes lines to a stream, and to a new one after it has failed: on a full disk lines are lost, but the log goes on when
 * there is room again. There is nowhere to report it but the log itself.
 */
export function createLastingWriter(open: () => Writable): { write(line: string): void; close(): Promise<void> } {
  let current: Writable | null = null
  const openNew = (): Writable => {
    const opened = open()
    opened.on('error', () => {
      if (current === opened) current = null
    })
    return opened
  }
  return {
    write(line) {
      current ??= openNew()
      current.write(line)
    },
    close: () => new Promise((resolve) => (current === null ? resolve() : current.end(() => resolve()))),
  }
}
