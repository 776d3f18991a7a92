import { type FSWatcher, watch } from 'node:fs'
import { basename, dirname } from 'node:path'

/** Reports when a log, or one of its rotated files, may have changed. */
export interface LogWatch {
  /** Resolves after the next change, or one since the last call, or after the time. Never rejects. */
  changed(timeoutMs: number): Promise<void>
  /** Ends a wait. */
  wake(): void
  close(): void
}

/** By inotify. Where the host has no watches to give, the time-outs of the waits do the work. */
export function watchLog(path: string): LogWatch {
  let dirty = false
  let resume: (() => void) | undefined
  const wake = (): void => {
    dirty = true
    resume?.()
  }
  let watcher = tryToWatch(dirname(path), basename(path), wake)
  watcher?.on('error', () => {
    watcher?.close()
    watcher = null
    wake()
  })
  return {
    async changed(timeoutMs) {
      if (!dirty) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, watcher ? timeoutMs : Math.min(timeoutMs, withoutWatchMs))
          resume = () => {
            clearTimeout(timer)
            resolve()
          }
        })
        resume = undefined
      }
      dirty = false
    },
    wake,
    close() {
      watcher?.close()
      wake()
    },
  }
}

const withoutWatchMs = 200

function tryToWatch(folder: string, name: string, onChange: () => void): FSWatcher | null {
  try {
    return watch(folder, { persistent: false }, (_event, changed) => {
      if (changed === null || changed.startsWith(name)) onChange()
    })
  } catch {
    return null
  }
}
