import { close, fstat, read } from 'node:fs'
import { promisify } from 'node:util'
import type { LogFile } from './log-arrivals.ts'
import type { UnreadFiles } from './unread-files.ts'

const readBytes = 64 * 1024

const readAt = promisify(read)
const statOf = promisify(fstat)
const closeFile = promisify(close)

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

export interface CursorDeps {
  readonly path: string
  /** The cursor closes them. */
  readonly unread: UnreadFiles
  /** Where to begin in the first one. */
  readonly offset: number
  /** Resolves when all files have been pushed that came before the call; null: nobody pushes any. */
  readonly settle: (() => Promise<void>) | null
  readonly onClose: () => void
}

/** See {@link LogCursor}. All that is still to be read is held open, whatever becomes of its names. */
export function createLogCursor({ path, unread, settle, onClose, ...start }: CursorDeps): LogCursor {
  let current: LogFile | null = null
  let offset = 0
  let fresh = false
  let closed = false

  /** Goes on with the file after the current one, if that one is finished. Says whether there may be more to read. */
  const advance = async (): Promise<boolean> => {
    if (settle) await settle()
    else unread.pushPresent(path, current)
    if (closed || unread.isEmpty()) return false
    // Nothing is written to a file once its successor is there: only now its end is final.
    if (current && (await statOf(current.fd)).size > offset) return true
    const finished: LogFile | null = current
    current = unread.next()
    offset = 0
    fresh = true
    if (finished) await closeFile(finished.fd)
    return true
  }

  const readCurrent = async (): Promise<{ readonly bytes: Buffer; readonly fresh: boolean } | null> => {
    if (!current) return null
    const buffer = Buffer.allocUnsafeSlow(readBytes)
    const { bytesRead } = await readAt(current.fd, buffer, 0, readBytes, offset)
    if (bytesRead === 0) return null
    const result = { bytes: buffer.subarray(0, bytesRead), fresh }
    offset += bytesRead
    fresh = false
    return result
  }

  current = unread.next()
  offset = start.offset
  return {
    async read() {
      while (!closed) {
        const result = await readCurrent()
        if (result) return result
        if (!(await advance())) return null
      }
      return null
    },
    place: () => ({ id: current?.id ?? null, offset }),
    async close() {
      if (closed) return
      closed = true
      onClose()
      unread.close()
      if (current) await closeFile(current.fd)
    },
  }
}
