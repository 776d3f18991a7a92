import { closeSync, type FSWatcher, fstatSync, openSync, watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { fileId, nullIfMissing } from './kept-file.ts'

/** An open file of a log. */
export interface LogFile {
  readonly id: string
  readonly bornNs: bigint
  readonly fd: number
}

/** Reports each file that comes to the name of a log. */
export interface LogArrivals {
  /** Resolves when all has been reported that came before the call. */
  settle(): Promise<void>
  /** To be called when the agent itself takes the name away, because that is no arrival. */
  expectRemoval(): void
  close(): void
}

export interface ArrivalListener {
  /** Called in the turn of the event loop in which the kernel reports it; the file is closed afterwards. */
  arrived(file: LogFile): void
  /** One or more came and went before the last one that arrived, and nobody saw them. */
  missed(): void
}

/**
 * Watches by inotify. The kernel reports each file that is renamed over the log once, so one that is found at the name
 * for the second time means that another was replaced before it was seen. Null where the host has no watch to give.
 */
export function watchArrivals(path: string, listener: ArrivalListener): LogArrivals | null {
  const arrivals = createArrivalCount(listener)
  const name = basename(path)
  const watcher = tryToWatch(dirname(path), (event, changed) => {
    if (event !== 'rename' || changed !== name) return
    try {
      withFile(path, arrivals.onEvent)
    } catch {
      // No descriptor is left, for example: what came now is missing to those who read.
      arrivals.failed()
    }
  })
  if (!watcher) return null
  withFile(path, arrivals.begin)
  return {
    async settle() {
      // One whole turn, so that the kernel's events have been read after the call.
      await nextTurn()
      await nextTurn()
    },
    expectRemoval: () => arrivals.expectRemoval(),
    close: () => watcher.close(),
  }
}

/** Compares the number of events with the number of files. */
function createArrivalCount(listener: ArrivalListener) {
  let last: string | null = null
  let isFirst = true
  let removals = 0
  let hasFailed = false
  return {
    begin(file: LogFile | null): void {
      last = file?.id ?? null
    },
    expectRemoval(): void {
      removals += 1
    },
    failed(): void {
      hasFailed = true
    },
    onEvent(file: LogFile | null): void {
      if (file && file.id !== last) {
        last = file.id
        isFirst = false
        listener.arrived(file)
        if (hasFailed) listener.missed()
        hasFailed = false
        return
      }
      if (removals > 0) removals -= 1
      // The file that was there when the watch began may have come in just that moment.
      else if (file && !isFirst) listener.missed()
    },
  }
}

/** Synchronous, because between two turns of the event loop the monitor may put the next file there. */
function withFile(path: string, task: (file: LogFile | null) => void): void {
  const file = openNow(path)
  try {
    task(file)
  } finally {
    if (file) closeSync(file.fd)
  }
}

/** Null where there is no such file. The caller closes it. */
export function openNow(path: string): LogFile | null {
  try {
    const fd = openSync(path, 'r')
    const stats = fstatSync(fd, { bigint: true })
    return { id: fileId(stats), bornNs: stats.birthtimeNs, fd }
  } catch (error) {
    return nullIfMissing(error as NodeJS.ErrnoException)
  }
}

/** The same file once more, for somebody who closes it by himself. */
export function openAgain({ id, bornNs, fd }: LogFile): LogFile {
  return { id, bornNs, fd: openSync(`/proc/self/fd/${fd}`, 'r') }
}

function tryToWatch(folder: string, onEvent: (event: string, name: string | null) => void): FSWatcher | null {
  try {
    const watcher = watch(folder, { persistent: false }, onEvent)
    watcher.on('error', () => watcher.close())
    return watcher
  } catch {
    return null
  }
}
