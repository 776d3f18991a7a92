import { appError } from '#contract/app-error'
import { describeFile, type KeptFile, type OpenFile, openFile } from '../io/logs/kept-file.ts'

const readBytes = 64 * 1024
/** A reader that is further behind than this many files, kept ones not counted, is told so instead of served. */
const maxHeldFiles = 16

/** Reads a log from a place on, over rotations. Not for two readers at once. */
export interface LogCursor {
  /**
   * The next bytes, or null where there are none now. `fresh`: they are the first of another file.
   * Rejects with `log-reader-too-slow` where the log has run away from the reader.
   */
  read(): Promise<{ readonly bytes: Buffer; readonly fresh: boolean } | null>
  /** Where the next byte would be read: the file by its identity, null before there is one. */
  place(): { readonly id: string | null; readonly offset: number }
  close(): Promise<void>
}

/** A cursor as rotation sees it. */
export interface PinningCursor extends LogCursor {
  /** Called before a file is deleted: keeps it open where this reader still has to read it. */
  pin(doomed: KeptFile, kept: readonly KeptFile[]): Promise<void>
  /** Called before all files are deleted: keeps open what this reader still has to read. */
  pinRest(kept: readonly KeptFile[]): Promise<void>
}

export interface CursorDeps {
  readonly path: string
  readonly kept: () => Promise<readonly KeptFile[]>
  /** Keeps renaming out. Who calls `pin` has the turn already. */
  readonly exclusive: <T>(task: () => Promise<T>) => Promise<T>
  /** The cursor closes it. Null: there is no log yet. */
  readonly start: { readonly file: OpenFile; readonly offset: number } | null
  readonly onClose: (cursor: PinningCursor) => void
}

/** See {@link LogCursor}. */
export function createLogCursor({ path, kept, exclusive, start, onClose }: CursorDeps): PinningCursor {
  let current = start?.file ?? null
  let offset = start?.offset ?? 0
  let fresh = false
  let closed = false
  let tooSlow = false
  /** Deleted files that come after the current one, oldest first. */
  const held: OpenFile[] = []

  /** Goes on with the file after the current one, if that one is finished. Says whether there may be more to read. */
  const advance = async (): Promise<boolean> => {
    if (current && held.length === 0 && (await describeFile(path))?.id === current.id) return false
    const files = await kept()
    const successor = files[files.findIndex((file) => file.id === current?.id) + 1]
    if (held.length === 0 && !successor) return false
    // Nothing is written to a file once its successor is there: only now its end is final.
    if (current && (await current.handle.stat()).size > offset) return true
    const next = held.shift() ?? (successor ? await openFile(successor.path) : null)
    if (!next) return false
    await current?.handle.close()
    current = next
    offset = 0
    fresh = true
    return true
  }

  const readCurrent = async (): Promise<{ readonly bytes: Buffer; readonly fresh: boolean } | null> => {
    if (!current) return null
    const buffer = Buffer.allocUnsafeSlow(readBytes)
    const { bytesRead } = await current.handle.read(buffer, 0, readBytes, offset)
    if (bytesRead === 0) return null
    const result = { bytes: buffer.subarray(0, bytesRead), fresh }
    offset += bytesRead
    fresh = false
    return result
  }

  const cursor: PinningCursor = {
    async read() {
      while (!closed) {
        if (tooSlow) throw readerTooSlow()
        const result = await readCurrent()
        if (result) return result
        if (!(await exclusive(advance))) return null
      }
      return null
    },
    place: () => ({ id: current?.id ?? null, offset }),
    async pin(doomed, files) {
      // As long as the current file is kept, the one to go is either it, and open, or older.
      if (closed || files.some((file) => file.id === current?.id)) return
      if (held.length >= maxHeldFiles) tooSlow = true
      const file = tooSlow ? null : await openFile(doomed.path)
      if (file) held.push(file)
    },
    async pinRest(files) {
      if (closed) return
      const unread = files.slice(files.findIndex((file) => file.id === current?.id) + 1)
      const opened = await Promise.all(unread.map(({ path: unreadPath }) => openFile(unreadPath)))
      held.push(...opened.filter((file) => file !== null))
    },
    async close() {
      if (closed) return
      closed = true
      onClose(cursor)
      const files = [...(current ? [current] : []), ...held.splice(0)]
      await Promise.all(files.map(({ handle }) => handle.close()))
    },
  }
  return cursor
}

function readerTooSlow(): Error {
  const message = 'The output was read more slowly than it was written for so long that part of it is gone.'
  return appError('tooLarge', 'log-reader-too-slow', message)
}
