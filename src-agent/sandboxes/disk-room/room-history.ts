/** What was found in one look at the disk. */
export interface Look {
  /** By a clock that only goes forward. */
  readonly atMs: number
  readonly freeBytes: number
  /** Of sandboxes: what each has written to disks. One that is missing had written nothing. */
  readonly written: ReadonlyMap<string, number>
}

export interface Writer {
  readonly id: string
  readonly bytes: number
}

/** Who takes what is left. */
export interface Verdict {
  /** In which it was taken. */
  readonly spanMs: number
  readonly goneBytes: number
  readonly writers: readonly Writer[]
  /** More room is gone than anybody has written: space that was reserved (fallocate), or by processes that nobody waited for. */
  readonly isUnexplained: boolean
}

/** What is gone in this time is compared with what is left. */
const windowMs = 5_000
/** Who goes on like this for ten minutes would fill it. */
const patienceMs = 600_000
/** What is written counts twice where a file system's own books grow with it, and deleting makes room meanwhile. */
const tolerance = 2

/** Remembers the last looks, and says who would fill the disk. */
export interface RoomHistory {
  /** Null where what is left lasts, or grows. */
  judge(now: Look): Verdict | null
  /** What was gone until now was dealt with. */
  forget(): void
}

export function createRoomHistory(): RoomHistory {
  let looks: Look[] = []
  return {
    judge(now) {
      const before = looks.findLast(({ atMs }) => atMs <= now.atMs - windowMs) ?? looks[0]
      looks = [...looks.filter((look) => before === undefined || look.atMs >= before.atMs), now]
      if (before === undefined) return null
      const gone = before.freeBytes - now.freeBytes
      if (gone <= 0 || gone * (patienceMs / windowMs) < now.freeBytes) return null
      const grown = [...now.written].map(([id, bytes]) => ({ id, bytes: bytes - (before.written.get(id) ?? 0) }))
      return { spanMs: now.atMs - before.atMs, goneBytes: gone, ...chooseWriters(grown, gone) }
    },
    forget() {
      looks = []
    },
  }
}

/** Those who have written most, if it is they who have taken the room. */
export function chooseWriters(grown: readonly Writer[], gone: number): Pick<Verdict, 'writers' | 'isUnexplained'> {
  const all = grown.reduce((sum, { bytes }) => sum + bytes, 0)
  if (all * tolerance < gone) return { writers: [], isUnexplained: true }
  const most = Math.max(...grown.map(({ bytes }) => bytes))
  return { writers: grown.filter(({ bytes }) => bytes * tolerance >= most), isUnexplained: false }
}
