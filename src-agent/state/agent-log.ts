import { join } from 'node:path'
import type { Writable } from 'node:stream'
import { type Logger, pino } from 'pino'
import { createStream } from 'rotating-file-stream'

/** The agent's own log: lines of JSON, at most five files of 5 MB. */
export function openAgentLog(folder: string): { log: Logger; path: string; close: () => Promise<void> } {
  const path = join(folder, 'joeyd.log')
  const { write, close } = createLastingWriter(() =>
    createStream('joeyd.log', { path: folder, size: '5M', maxFiles: 4, mode: 0o600 }),
  )
  const log = pino({ base: { pid: process.pid }, level: process.env['JOEY_LOG_LEVEL'] ?? 'info' }, { write })
  return { log, path, close }
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
