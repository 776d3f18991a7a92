import { createLineParser, type LogRecord } from './cri-line.ts'
import type { LogFiles, LogPosition } from './log-files.ts'
import { watchLog } from './log-watch.ts'

export interface FollowOptions {
  /** Null: from the oldest that is kept. */
  readonly from: LogPosition | null
  /** Resolves when no more will be written; what is there then is still read. */
  readonly ended: Promise<unknown>
  readonly signal?: AbortSignal | undefined
  /** Called with how many files of the log the reading has yet to begin. */
  readonly onBehind?: ((files: number) => void) | undefined
  /** Called with each batch, how far the reading has come. */
  readonly onPlace?: ((id: string | null, offset: number) => void) | undefined
}

/** A slow check in case a change was not reported. */
const safetyPollMs = 2_000

/**
 * What the log holds from a place on, in batches, over rotations. Nothing is read before it is requested, so a slow
 * consumer costs no memory. Ends when the log has ended; to read to the present end there is `readPresent`.
 */
export async function* readRecords(files: LogFiles, options: FollowOptions): AsyncGenerator<readonly LogRecord[]> {
  const { from, ended, signal } = options
  const parser = createLineParser()
  const cursor = await files.open(from, options.onBehind)
  const watch = watchLog(files.path)
  const state = { over: false }
  const finish = (): void => {
    state.over = true
    watch.wake()
  }
  ended.then(finish, finish)
  signal?.addEventListener('abort', finish, { once: true })
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
      } else if (wasOver) return
      else await watch.changed(safetyPollMs)
    }
  } finally {
    signal?.removeEventListener('abort', finish)
    watch.close()
    await cursor.close()
  }
}
