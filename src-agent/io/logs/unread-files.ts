import { close } from 'node:fs'
import { appError } from '#contract/app-error'
import { type LogFile, openNow } from './log-arrivals.ts'

/** A reader that is further behind than this many files gets an error instead of being served. */
const maxFiles = 16

/** The files that a reader has yet to begin, oldest first and open, and where between them one is missing. */
export interface UnreadFiles {
  isEmpty(): boolean
  /**
   * Takes the next one; null where there is none.
   * Throws `log-reader-too-slow` where what comes next is not there any more.
   */
  next(): LogFile | null
  /** A file that comes after all the others. */
  push(file: LogFile): void
  /** Before the last one there was another that nobody saw. */
  markMissed(): void
  /** Adds what was kept when reading began, whichever of it has been pushed meanwhile. */
  begin(kept: readonly LogFile[]): void
  /** For where nothing reports new files: pushes the present one, if it is another. Between two calls one may be missed. */
  pushPresent(path: string, current: LogFile | null): void
  close(): void
}

/** `onCount` is called with how many there are, each time that this may have changed. */
export function createUnreadFiles(onCount: (files: number) => void = () => {}): UnreadFiles {
  let files: { readonly file: LogFile; readonly afterMissing: boolean }[] = []
  let tooFarBehind = false
  const closeAll = (): void => {
    for (const { file } of files) closeSoon(file)
    files = []
  }
  return {
    isEmpty: () => files.length === 0 && !tooFarBehind,
    next() {
      const first = files[0]
      if (tooFarBehind || first?.afterMissing) throw appError('log-reader-too-slow')
      files = files.slice(1)
      onCount(files.length)
      return first?.file ?? null
    },
    push(file) {
      files.push({ file, afterMissing: false })
      onCount(files.length)
      if (files.length <= maxFiles) return
      tooFarBehind = true
      closeAll()
    },
    markMissed() {
      const last = files.pop()
      if (last) files.push({ ...last, afterMissing: true })
    },
    begin(kept) {
      const known = new Set(kept.map(({ id }) => id))
      for (const { file } of files.filter(({ file: { id } }) => known.has(id))) closeSoon(file)
      const others = files.filter(({ file: { id } }) => !known.has(id))
      files = [...kept.map((file) => ({ file, afterMissing: false })), ...others]
      files.sort(({ file: a }, { file: b }) => Number(a.bornNs - b.bornNs))
      onCount(files.length)
    },
    pushPresent(path, current) {
      const file = openNow(path)
      const last = files.at(-1)?.file ?? current
      if (file && file.id !== last?.id) files.push({ file, afterMissing: false })
      else if (file) closeSoon(file)
    },
    close: closeAll,
  }
}

function closeSoon({ fd }: LogFile): void {
  close(fd, () => undefined)
}
