import { open, rename } from 'node:fs/promises'
import { describeFile, fileId, type KeptFile, nullIfMissing, openFile } from './kept-file.ts'
import { createLogCursor, type LogCursor, type PinningCursor } from '../../logs/log-cursor.ts'

/**
 * A place in a log that stays right when the log is rotated: which file, by its identity, and how far in it.
 * Opaque; kept in the record of a sandbox as the start of its latest run.
 */
export type LogPosition = string

/** The log of one sandbox over all its rotations: `log`, and the older `log.1` to `log.3`. */
export interface LogFiles {
  readonly path: string
  /** The present end. Makes the log where there is none, so that the place is good for what comes first. */
  position(): Promise<LogPosition>
  /** Oldest first. */
  kept(): Promise<readonly KeptFile[]>
  /** Reads from a place on; from the oldest that is kept where that is null or no longer there. */
  open(from: LogPosition | null): Promise<LogCursor>
  /** Moves the files on by one. The writer must be told by `reopen`, which is called once the name is free. */
  rotate(reopen: () => Promise<void>): Promise<void>
  /** To be called before the files are deleted: who reads now keeps open what is left to read. */
  letGo(): Promise<void>
}

const suffixes = ['', '.1', '.2', '.3'] as const

/** There must be one of these per log in the agent: it keeps renaming and reading apart. */
export function createLogFiles(path: string): LogFiles {
  const cursors = new Set<PinningCursor>()
  const exclusive = createTurns()

  const kept = async (): Promise<readonly KeptFile[]> => {
    const found = await Promise.all(suffixes.map((suffix) => describeFile(path + suffix)))
    return found.filter((file) => file !== null).reverse()
  }
  const startOf = async (from: LogPosition | null) => {
    const place = locate(await kept(), from)
    const file = place ? await openFile(place.path) : null
    return file && place ? { file, offset: place.offset } : null
  }

  return {
    path,
    kept: () => exclusive(kept),
    position: () => exclusive(() => positionOf(path)),
    open: (from) =>
      exclusive(async () => {
        const start = await startOf(from)
        const cursor = createLogCursor({ path, kept, exclusive, start, onClose: (closed) => cursors.delete(closed) })
        cursors.add(cursor)
        return cursor
      }),
    rotate: (reopen) =>
      exclusive(async () => {
        const files = await kept()
        const doomed = files.find((file) => file.path === path + suffixes.at(-1))
        if (doomed) await Promise.all([...cursors].map((cursor) => cursor.pin(doomed, files)))
        for (let index = suffixes.length - 1; index > 0; index -= 1) {
          await rename(path + suffixes[index - 1], path + suffixes[index]).catch(nullIfMissing)
        }
        await reopen()
      }),
    letGo: () =>
      exclusive(async () => {
        const files = await kept()
        await Promise.all([...cursors].map((cursor) => cursor.pinRest(files)))
      }),
  }
}

/** The place of a byte in a file. */
export function logPosition({ id }: Pick<KeptFile, 'id'>, offset: number): LogPosition {
  return `${id}:${offset}`
}

/** The file that a place is in and the offset there; the start of the oldest where it is not kept. */
export function locate(
  files: readonly KeptFile[],
  from: LogPosition | null,
): { readonly id: string; readonly path: string; readonly offset: number } | null {
  const [id, offset] = (from ?? '').split(':')
  const file = files.find((candidate) => candidate.id === id)
  if (file) return { id: file.id, path: file.path, offset: Math.min(Number(offset), file.size) }
  const oldest = files[0]
  return oldest ? { id: oldest.id, path: oldest.path, offset: 0 } : null
}

async function positionOf(path: string): Promise<LogPosition> {
  const handle = await open(path, 'a', 0o600)
  try {
    const stats = await handle.stat({ bigint: true })
    return logPosition({ id: fileId(stats) }, Number(stats.size))
  } finally {
    await handle.close()
  }
}

/** Runs tasks one after the other. */
function createTurns(): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (task) => {
    const result = last.then(task)
    last = result.catch(() => undefined)
    return result
  }
}
