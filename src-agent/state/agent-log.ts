import { join } from 'node:path'
import { type Logger, pino } from 'pino'
import { createStream } from 'rotating-file-stream'

/** The agent's own log: lines of JSON, at most five files of 5 MB. */
export function openAgentLog(folder: string): { log: Logger; path: string; close: () => Promise<void> } {
  const path = join(folder, 'joeyd.log')
  const stream = createStream('joeyd.log', { path: folder, size: '5M', maxFiles: 4, mode: 0o600 })
  const log = pino({ base: { pid: process.pid }, level: process.env['JOEY_LOG_LEVEL'] ?? 'info' }, stream)
  return { log, path, close: () => new Promise((resolve) => stream.end(() => resolve())) }
}
