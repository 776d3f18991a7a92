import { randomBytes } from 'node:crypto'
import type { IsolationClass } from '#contract/sandbox'
import type { FolderWatch } from './folder-watch.ts'
import { createPendingPaths } from './pending-paths.ts'
import { type Telling, type TouchKind, tellGuest } from './tell-guest.ts'

/** Gathers what has changed, and tells one guest of it from time to time. */
export interface GuestBridge {
  /** The watch that changes come from. */
  connect(watch: Pick<FolderWatch, 'settled'>): void
  /** Something has changed in the folder of this number. */
  add(folder: number, path: string): void
  /** The guest itself has changed something, as this machine sees it. */
  seen(path: string): void
  /** Tells what could not be told while the guest was paused. */
  goOn(): void
  /** Resolves when nothing is under way. What was not told is left. */
  close(): Promise<void>
}

interface Deps {
  readonly telling: Telling
  readonly class: IsolationClass
  /** Where the folders are inside, by their numbers. */
  readonly targets: readonly string[]
  readonly isRunning: () => boolean
  readonly onError: (error: unknown) => void
  /** For tests. */
  readonly tell?: typeof tellGuest
}

/** A program that is written, a file that is saved by way of another: told once, when it is done. */
const quietMs = 50
/** Who writes without end is not waited for. */
const longestMs = 250

export function createGuestBridge({ targets, isRunning, onError, ...deps }: Deps): GuestBridge {
  const pending = targets.map(() => createPendingPaths())
  const teller = createTeller(deps)
  let timer: NodeJS.Timeout | null = null
  let since = 0
  let underWay = Promise.resolve()
  let isClosed = false
  const flush = async (): Promise<void> => {
    for (const [index, target] of targets.entries()) {
      const paths = isClosed || !isRunning() ? [] : (pending[index]?.take() ?? [])
      if (paths.length > 0) await teller.tell(target, paths)
    }
  }
  const wait = (): void => {
    if (isClosed || !isRunning()) return
    const now = performance.now()
    if (timer === null) since = now
    else clearTimeout(timer)
    timer = setTimeout(
      () => {
        timer = null
        underWay = underWay.then(flush).catch(onError)
      },
      Math.max(0, Math.min(quietMs, since + longestMs - now)),
    )
  }
  return {
    connect: teller.connect,
    add(folder, path) {
      pending[folder]?.add(path)
      wait()
    },
    seen: teller.seen,
    goOn() {
      if (pending.some(({ isEmpty }) => !isEmpty)) wait()
    },
    async close() {
      isClosed = true
      if (timer !== null) clearTimeout(timer)
      await underWay
    },
  }
}

/** Tells a guest in the way that its class allows. */
function createTeller({ telling, class: of, tell = tellGuest }: Pick<Deps, 'telling' | 'class' | 'tell'>) {
  const pipes = createPipeTrial()
  let watch: Pick<FolderWatch, 'settled'> | null = null
  const kindNow = async (target: string): Promise<TouchKind> => {
    if (of !== 'gvisor') return 'microvm'
    const stayInside = await pipes.stayInside(async (name) => {
      await tell(telling, 'gvisor-pipes', target, [name])
      await watch?.settled()
    })
    return stayInside ? 'gvisor-pipes' : 'gvisor'
  }
  return {
    connect: (to: Pick<FolderWatch, 'settled'>): void => void (watch = to),
    seen: pipes.seen,
    tell: async (target: string, paths: readonly string[]) => tell(telling, await kindNow(target), target, paths),
  }
}

/**
 * Finds out whether named pipes that are made in a mount of this gVisor stay in its memory, before one is made under a name that
 * somebody on this machine could take meanwhile: it is then seen here, by the watch.
 */
function createPipeTrial() {
  let name: string | null = null
  let result: Promise<boolean> | null = null
  let wasSeen = false
  return {
    seen(path: string): void {
      if (path === name) wasSeen = true
    },
    stayInside(make: (name: string) => Promise<void>): Promise<boolean> {
      const trial = (name ??= `.joey-${randomBytes(8).toString('hex')}`)
      result ??= make(trial).then(() => !wasSeen)
      result.catch(() => (result = null))
      return result
    },
  }
}
