import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

const rotateAtBytes = 1024 * 1024

export type Log = (message: string, details?: Record<string, unknown>) => void

/**
 * The log of the window: lines of JSON, one older file kept. Synchronous, because it is rare and the last line before an
 * end matters most. A disk that cannot be written to does not stop the window.
 */
export function openMainLog(path: string, now: () => Date = () => new Date()): Log {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > rotateAtBytes) renameSync(path, `${path}.1`)
  } catch {
    // the first line will fail like this did, and be dropped
  }
  return (message, details = {}) => {
    try {
      appendFileSync(path, `${JSON.stringify({ at: now().toISOString(), message, ...details })}\n`, { mode: 0o600 })
    } catch {
      // nowhere to say it
    }
  }
}
