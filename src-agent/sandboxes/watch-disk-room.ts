import { statfs } from 'node:fs/promises'
import type { Logger } from 'pino'
import { notice } from '#contract/notice'
import { reserveOf } from '../base/disk-room.ts'
import type { EventLog } from '../state/event-log.ts'
import type { StateFolder } from '../state/folder.ts'
import type { SandboxRecords } from '../state/records/sandbox-records.ts'

interface Deps {
  readonly records: Pick<SandboxRecords, 'all'>
  readonly events: Pick<EventLog, 'commit'>
  readonly folder: Pick<StateFolder, 'home'>
  readonly log: Pick<Logger, 'warn'>
  /** For tests: what is free of the disk of a folder. */
  readonly room?: (folder: string) => Promise<DiskState>
}

interface DiskState {
  readonly freeBytes: number
  readonly totalBytes: number
}

/** One system call; who writes with all its might fills a reserve of 2 GiB in about this time. */
const lookMs = 5_000
/** So that one who writes and deletes at the bound is not told of each time. */
const enoughAgain = 1.25
const mebibyte = 2 ** 20
const live: ReadonlySet<string> = new Set(['running', 'paused', 'stopping', 'starting'])

/**
 * Says so when less than the reserve is left of the disk that sandboxes write to: one without a limit of its disk can fill it. Looks
 * only while something runs. Returns its own undo.
 */
export function watchDiskRoom(deps: Deps): () => void {
  const { records, events, folder, log, room = readRoom } = deps
  let isLow = false
  let isLooking = false
  const look = async (): Promise<void> => {
    const { freeBytes, totalBytes } = await room(folder.home)
    const reserve = reserveOf(totalBytes)
    if (!isLow && freeBytes < reserve) {
      const [free, wanted] = [freeBytes, reserve].map((bytes) => Math.floor(bytes / mebibyte))
      events.commit([notice('disk-room-low', { path: folder.home, free: free ?? 0, reserve: wanted ?? 0 })])
      isLow = true
    } else if (freeBytes > reserve * enoughAgain) isLow = false
  }
  const timer = setInterval(() => {
    if (isLooking || !records.all().some(({ sandbox }) => live.has(sandbox.state))) return
    isLooking = true
    look()
      .catch((err: unknown) => log.warn({ err }, 'the room of the disk could not be read'))
      .finally(() => {
        isLooking = false
      })
  }, lookMs)
  timer.unref()
  return () => clearInterval(timer)
}

async function readRoom(folder: string): Promise<DiskState> {
  const { blocks, bavail, bsize } = await statfs(folder)
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
}
