import { closeSync } from 'node:fs'
import type { KeptFile } from './kept-file.ts'
import { type LogArrivals, type LogFile, openAgain, openNow, watchArrivals } from './log-arrivals.ts'
import { createLogCursor, type LogCursor } from './log-cursor.ts'
import { createUnreadFiles, type UnreadFiles } from './unread-files.ts'

/** Those who read one log now. */
export interface LogReaders {
  /**
   * `files`: what is kept from the place on where reading begins, requested once new files are seen.
   * `onBehind`: called with how many files the reader has yet to begin.
   */
  open(
    files: () => Promise<{ readonly files: readonly KeptFile[]; readonly offset: number }>,
    onBehind?: (files: number) => void,
  ): Promise<LogCursor>
  /** To be called when the agent itself takes the name of the log away. */
  expectRemoval(): void
  /** Resolves when the readers hold open all that there is. */
  settle(): Promise<void>
}

/** While there is a reader, each file that comes to the name of the log is opened for it. */
export function createLogReaders(path: string): LogReaders {
  const readers = new Set<UnreadFiles>()
  let arrivals: LogArrivals | null = null
  const leave = (unread: UnreadFiles): void => {
    readers.delete(unread)
    if (readers.size > 0) return
    arrivals?.close()
    arrivals = null
  }
  const enter = (unread: UnreadFiles): void => {
    readers.add(unread)
    arrivals ??= watchArrivals(path, {
      arrived: (file) => {
        for (const reader of readers) reader.push(openAgain(file))
      },
      missed: () => {
        for (const reader of readers) reader.markMissed()
      },
    })
  }

  return {
    async open(findFiles, onBehind) {
      const unread = createUnreadFiles(onBehind)
      enter(unread)
      const settle = arrivals?.settle ?? null
      try {
        const { opened, offset } = await openFrom(findFiles)
        // What was kept must not be reported once more afterwards.
        await settle?.()
        unread.begin(opened)
        return createLogCursor({ path, unread, offset, settle, onClose: () => leave(unread) })
      } catch (error) {
        leave(unread)
        unread.close()
        throw error
      }
    },
    expectRemoval: () => arrivals?.expectRemoval(),
    settle: async () => arrivals?.settle(),
  }
}

async function openFrom(
  findFiles: Parameters<LogReaders['open']>[0],
): Promise<{ readonly opened: readonly LogFile[]; readonly offset: number }> {
  const { files, offset } = await findFiles()
  const found = files.map((file) => ({ file, open: openNow(file.path) }))
  if (found.every(({ file, open }) => open?.id === file.id)) {
    return { opened: found.flatMap(({ open }) => open ?? []), offset }
  }
  // The monitor has given a name on meanwhile: the file is found under the next one.
  for (const { open } of found) if (open) closeSync(open.fd)
  return openFrom(findFiles)
}
