import { createLineParser, type LogRecord } from './cri-line.ts'
import type { LogFiles, LogPosition } from './log-files.ts'
import { watchLog } from './log-watch.ts'

export interface FollowOptions {
  /** Null: from the oldest that is kept. */
  readonly from: LogPosition | null
  /** Resolves when no more will be written; what is there then is still read. Absent: nothing is waited for. */
  readonly ended?: Promise<unknown> | undefined
  readonly signal?: AbortSignal | undefined
  /** Told with each batch how far the reading has come. */
  readonly onPlace?: ((id: string | null, offset: number) => void) | undefined
}

/** A slow look in case a change was not told. */
const safetyPollMs = 2_000

/**
 * What the log holds from a place on, in batches, over rotations. Nothing is read before it is asked for, so a slow
 * consumer costs no memory. Ends when the log has ended or, where nothing is waited for, at its present end.
 */
export async function* readRecords(files: LogFiles, options: FollowOptions): AsyncGenerator<readonly LogRecord[]> {
  const { from, ended, signal } = options
  const parser = createLineParser()
  const cursor = await files.open(from)
  const watch = ended ? watchLog(files.path) : null
  const state = { over: !ended }
  const finish = (): void => {
    state.over = true
    watch?.wake()
  }
  ended?.then(finish, finish)
  signal?.addEventListener('abort', finish, { once: true })
  const last = ended ? null : (await files.kept()).at(-1)
  try {
    while (!signal?.aborted) {
      const wasOver = state.over
      const piece = await cursor.read()
      if (piece) {
        if (piece.fresh) parser.reset()
        const records = parser.push(piece.bytes)
        const { id, offset } = cursor.place()
        options.onPlace?.(id, offset)
        if (records.length > 0) yield records
        // Without this a log that is written faster than it is read would never be read to its end.
        if (last && id === last.id && offset >= last.size) return
      } else if (wasOver) return
      else await watch?.changed(safetyPollMs)
    }
  } finally {
    signal?.removeEventListener('abort', finish)
    watch?.close()
    await cursor.close()
  }
}
