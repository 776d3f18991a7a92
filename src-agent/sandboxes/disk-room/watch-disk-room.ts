import { statfs } from 'node:fs/promises'
import type { Logger } from 'pino'
import { notice } from '#contract/notice'
import type { Sandbox } from '#contract/sandbox'
import { reserveOf } from '../../base/disk-room.ts'
import type { EventLog } from '../../state/event-log.ts'
import type { StateFolder } from '../../state/folder.ts'
import type { SandboxRecords } from '../../state/records/sandbox-records.ts'
import { createRoomHistory, type Verdict } from './room-history.ts'

interface Deps {
  readonly records: Pick<SandboxRecords, 'all'>
  readonly events: Pick<EventLog, 'commit'>
  readonly folder: Pick<StateFolder, 'home'>
  readonly log: Pick<Logger, 'warn'>
  readonly written: {
    /** What each has written since the first reading, or since it came up. */
    read(sandboxes: readonly Sandbox[]): ReadonlyMap<string, number>
    /** The next reading is the first. */
    forget(): void
  }
  /** MUST NOT reject. Somebody takes what is left of the disk, while that is less than the reserve. */
  readonly onTaken: (verdict: Verdict, room: Room) => Promise<void>
  /** For tests: what is free of the disk of a folder. */
  readonly room?: (folder: string) => Promise<DiskState>
}

/** What `statfs` says of a disk. */
export interface DiskState {
  readonly freeBytes: number
  readonly totalBytes: number
}

/** Of the disk that sandboxes write to. */
export interface Room {
  readonly path: string
  readonly freeBytes: number
  readonly reserveBytes: number
}

/** Who writes with all its might takes four reserves of 2 GiB in about this time. */
const farMs = 5_000
const farReserves = 4
const nearMs = 250
/** Looking takes at most a twentieth of the time. */
const rest = 20
/** Above that nobody is asked what it writes: even the quickest disk does not take it between two looks. */
const carelessReserves = 16
/** So that one who writes and deletes at the bound is not told of each time. */
const enoughAgain = 1.25
const mebibyte = 2 ** 20
const live: ReadonlySet<string> = new Set(['running', 'paused', 'stopping', 'starting'])

/**
 * Looks how much is left of the disk that sandboxes write to, because one without a limit can fill it: says when it is less than the
 * reserve, and who takes it then. Looks only while something runs, and more often the less there is. Returns its own undo.
 */
export function watchDiskRoom(deps: Deps): () => void {
  const { records, log } = deps
  const look = createLook(deps)
  let timer: NodeJS.Timeout
  let isOver = false
  const again = (ms: number): void => {
    if (isOver) return
    timer = setTimeout(() => void pass(), ms)
    timer.unref()
  }
  const pass = async (isFirst = false): Promise<void> => {
    const sandboxes = records.all().flatMap(({ sandbox }) => (live.has(sandbox.state) ? [sandbox] : []))
    // The first look is what the second is compared with.
    if (sandboxes.length === 0 && !isFirst) return again(farMs)
    const began = performance.now()
    const isNear = await look(sandboxes).catch((err: unknown) => {
      log.warn({ err }, 'the room of the disk could not be read')
      return false
    })
    again(isNear ? Math.max(nearMs, (performance.now() - began) * rest) : farMs)
  }
  void pass(true)
  return () => {
    isOver = true
    clearTimeout(timer)
  }
}

/** One look; says whether there is so little that the next must not wait. */
function createLook({ events, folder, written, onTaken, room = readRoom }: Deps) {
  const history = createRoomHistory()
  let isLow = false
  return async (sandboxes: readonly Sandbox[]): Promise<boolean> => {
    const { freeBytes, totalBytes } = await room(folder.home)
    const reserveBytes = reserveOf(totalBytes)
    if (!isLow && freeBytes < reserveBytes) {
      const [free = 0, reserve = 0] = [freeBytes, reserveBytes].map((bytes) => Math.floor(bytes / mebibyte))
      events.commit([notice('disk-room-low', { path: folder.home, free, reserve })])
      isLow = true
    } else if (freeBytes > reserveBytes * enoughAgain) isLow = false
    const isClose = freeBytes < reserveBytes * carelessReserves
    if (!isClose) written.forget()
    const amounts = isClose ? written.read(sandboxes) : new Map<string, number>()
    const look = { atMs: performance.now(), freeBytes, written: amounts }
    const verdict = history.judge(look)
    if (verdict !== null && freeBytes < reserveBytes) {
      void onTaken(verdict, { path: folder.home, freeBytes, reserveBytes }).then(history.forget)
    }
    return freeBytes < reserveBytes * farReserves
  }
}

async function readRoom(folder: string): Promise<DiskState> {
  const { blocks, bavail, bsize } = await statfs(folder)
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
}
