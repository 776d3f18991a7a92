import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { describeFile } from './kept-file.ts'
import type { LogFiles } from './log-files.ts'

export interface LogRotation {
  /** Keeps the log of a running sandbox within bounds until the returned function is called. */
  watch(files: LogFiles, controlPath: string): () => void
  /** Ends all watching. */
  close(): void
}

export interface RotationOptions {
  readonly limitBytes?: number
  /** The longest time between two looks at a log. */
  readonly latestMs?: number
  /** A rotation that failed; it is tried again. */
  readonly onError: (error: unknown, path: string) => void
}

const defaultLimitBytes = 16 * 1024 * 1024
const soonestMs = 50
const defaultLatestMs = 1_000
/** At a quarter of the usual time each. */
const looksUntilTold = 16

/**
 * Looks at sizes, the more often the faster a log grows. conmon's own limit (`--log-size-max`) is no use: it throws
 * the old file away.
 */
export function createLogRotation(options: RotationOptions): LogRotation {
  const { limitBytes = defaultLimitBytes, latestMs = defaultLatestMs, onError } = options
  const stops = new Set<() => void>()
  const watch = (files: LogFiles, controlPath: string): (() => void) => {
    let timer: NodeJS.Timeout | undefined
    let stopped = false
    const look = sizeKeeper(files, controlPath, { limitBytes, latestMs })
    const loop = async (): Promise<void> => {
      const delayMs = await look().catch((error: unknown) => {
        onError(error, files.path)
        return latestMs
      })
      if (!stopped) timer = setTimeout(() => void loop(), delayMs).unref()
    }
    const stop = (): void => {
      stopped = true
      clearTimeout(timer)
      stops.delete(stop)
    }
    stops.add(stop)
    void loop()
    return stop
  }
  const close = (): void => {
    for (const stop of stops) stop()
  }
  return { watch, close }
}

/** Rotates where it is due, and says in how many milliseconds to look again. */
function sizeKeeper(
  files: LogFiles,
  controlPath: string,
  { limitBytes, latestMs }: Required<Pick<RotationOptions, 'limitBytes' | 'latestMs'>>,
): () => Promise<number> {
  let last = { size: 0, at: performance.now() }
  /**
   * Telling conmon twice would lose output: the second time it puts a new file over the one it has just begun. So it
   * is told again only by an agent that finds the name free for long, because the agent before may have died between
   * the renaming and the message.
   */
  let told = false
  let missingLooks = 0
  const reopen = (): Promise<void> => {
    told = true
    return tellMonitor(controlPath, reopenMessage)
  }
  return async () => {
    const size = (await describeFile(files.path))?.size ?? null
    missingLooks = size === null ? missingLooks + 1 : 0
    if (size !== null) told = false
    if (missingLooks >= looksUntilTold && !told) await reopen()
    if (size !== null && size > limitBytes) await files.rotate(reopen)
    if (size === null || size > limitBytes) return latestMs / 4
    const now = performance.now()
    const bytesPerMs = Math.max(0, size - last.size) / Math.max(1, now - last.at)
    last = { size, at: now }
    return Math.min(latestMs, Math.max(soonestMs, (limitBytes - size) / bytesPerMs))
  }
}

const reopenMessage = '2 0 0\n'

/** Writes to conmon's control FIFO. No monitor, no message: not an error. */
export async function tellMonitor(controlPath: string, message: string): Promise<void> {
  try {
    // Without O_NONBLOCK the open would wait for a reader for ever.
    const handle = await open(controlPath, constants.O_WRONLY | constants.O_NONBLOCK)
    try {
      await handle.write(message)
    } finally {
      await handle.close()
    }
  } catch (error) {
    if (!isMonitorGone(error)) throw error
  }
}

function isMonitorGone(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code
  return code === 'ENXIO' || code === 'ENOENT' || code === 'EPIPE'
}
