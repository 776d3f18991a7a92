import { type FSWatcher, watch } from 'node:fs'
import { readdir } from 'node:fs/promises'

/** How often the folder is read again in case an event of the kernel was missed. */
const sweepMs = 2_000
/** The same where the kernel has no watch to give: sandboxes of the same user may hold all that there are. */
const unwatchedSweepMs = 250

/**
 * Reports of every file that a monitor leaves in the exits folder: its name is the id of the sandbox that ended.
 * May report twice of one; never misses one.
 */
export function watchExits(folder: string, onExit: (id: string) => void, watchFolder = watch): () => void {
  const watcher = tryToWatch(folder, onExit, watchFolder)
  const sweep = () => {
    readdir(folder).then(
      (names) => names.filter(isId).forEach(onExit),
      () => undefined,
    )
  }
  // A watcher that fails leaves the sweep, which is slower but sees the same.
  watcher?.on('error', () => watcher.close())
  const timer = setInterval(sweep, watcher ? sweepMs : unwatchedSweepMs)
  timer.unref()
  sweep()
  return () => {
    clearInterval(timer)
    watcher?.close()
  }
}

function tryToWatch(folder: string, onExit: (id: string) => void, watchFolder: typeof watch): FSWatcher | null {
  try {
    return watchFolder(folder, (_kind, name) => {
      if (name !== null && isId(name)) onExit(name)
    })
  } catch {
    return null
  }
}

/** conmon writes to a temporary name first. */
function isId(name: string): boolean {
  return /^[a-f0-9]{12}$/.test(name)
}
