import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { monitorLogBytes } from '../../engines/log-bound.ts'
import { describeFile } from './kept-file.ts'
import type { LogFiles } from './log-files.ts'
import { type LogWatch, watchLog } from './log-watch.ts'

export interface LogRotation {
  /** Keeps the log of a running sandbox within bounds until the returned function is called. */
  watch(files: LogFiles, controlPath: string): () => void
  /** Ends all watching. */
  close(): void
}

export interface RotationOptions {
  readonly limitBytes?: number
  /** The longest time between two checks of a log that may have been written to. */
  readonly latestMs?: number
  /** A rotation that failed; it is tried again. */
  readonly onError: (error: unknown, path: string) => void
}

/** A monitor of an earlier version replaces nothing by itself. */
const defaultLimitBytes = monitorLogBytes + 2 * 1024 * 1024
const soonestMs = 5
/** Between two checks of a log that grows: in less time than the monitor can fill a file. */
const growingMs = 20
const defaultLatestMs = 1_000
/** In checks at the longest distance. */
const checksUntilReopen = 4
/** The same for a log that the kernel watches: it is looked at in case an event was lost, which is one read for each sandbox. */
const checksUntilUntold = 15

/**
 * conmon begins a log anew by itself (`monitorLogBytes`), which bounds it also while no agent runs. Here each file is
 * given a second name before that, so that it is kept. A log that grows is checked often; one that does not, when it is
 * written to.
 */
export function createLogRotation(options: RotationOptions): LogRotation {
  const { limitBytes = defaultLimitBytes, latestMs = defaultLatestMs, onError } = options
  const stops = new Set<() => void>()
  const watch = (files: LogFiles, controlPath: string): (() => void) => {
    const check = sizeKeeper(files, controlPath, { limitBytes, latestMs })
    const pauses = createPauses(files.path, latestMs)
    const stop = (): void => {
      stops.delete(stop)
      pauses.end()
    }
    const loop = async (): Promise<void> => {
      while (stops.has(stop)) {
        const delayMs = await check().catch((error: unknown) => {
          onError(error, files.path)
          return latestMs
        })
        if (stops.has(stop)) await pauses.pause(delayMs)
      }
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

/** Waits that end early. */
function createPauses(path: string, latestMs: number) {
  let writes: LogWatch | null = null
  let resume: (() => void) | undefined
  const forget = (): void => {
    writes?.close()
    writes = null
  }
  return {
    /** Null: until it is written to. While it grows nobody wants to hear of each write, so that is watched only then. */
    async pause(delayMs: number | null): Promise<void> {
      if (delayMs === null && writes !== null) return writes.changed(checksUntilUntold * latestMs)
      if (delayMs === null) {
        // Returns at once, for one more check: there may have been a write before the watch.
        writes = watchLog(path)
        return
      }
      forget()
      await new Promise<void>((resolve) => {
        resume = resolve
        setTimeout(resolve, delayMs).unref()
      })
    },
    end(): void {
      forget()
      resume?.()
    },
  }
}

/** Rotates where it is due, and says in how many milliseconds to check again; null: when it is written to. */
function sizeKeeper(
  files: LogFiles,
  controlPath: string,
  { limitBytes, latestMs }: Required<Pick<RotationOptions, 'limitBytes' | 'latestMs'>>,
): () => Promise<number | null> {
  let last = { id: '', size: -1, at: performance.now() }
  /**
   * Sending it to conmon twice would lose output: the second time it puts a new file over the one it has just begun. So it
   * is sent again only by an agent that finds the name free for long, because the agent before may have died between
   * the renaming and the message.
   */
  let reopened = false
  let missingSince: number | null = null
  const reopen = (): Promise<void> => {
    reopened = true
    return sendToMonitor(controlPath, reopenMessage)
  }
  return async () => {
    const file = await describeFile(files.path)
    const now = performance.now()
    if (!file) {
      missingSince ??= now
      if (!reopened && now - missingSince >= checksUntilReopen * latestMs) await reopen()
      return reopened ? growingMs : latestMs / 4
    }
    missingSince = null
    reopened = false
    const { id, size } = file
    if (id !== last.id) await files.keepPresent()
    if (size > limitBytes) {
      await files.rotate(reopen)
      return soonestMs
    }
    const grown = id === last.id ? size - last.size : size
    const bytesPerMs = Math.max(0, grown) / Math.max(1, now - last.at)
    const isIdle = id === last.id && grown === 0
    last = { id, size, at: now }
    return isIdle ? null : Math.min(growingMs, Math.max(soonestMs, (limitBytes - size) / 2 / bytesPerMs))
  }
}

const reopenMessage = '2 0 0\n'

/** Writes to conmon's control FIFO. No monitor, no message: not an error. */
export async function sendToMonitor(controlPath: string, message: string): Promise<void> {
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
