import { open } from 'node:fs/promises'
import type { KeptFile } from './kept-file.ts'
import { type LogFiles, type LogPosition, locate, logPosition } from './log-files.ts'

const blockBytes = 64 * 1024
const newline = 10
const full = 'F'.charCodeAt(0)
const space = 32

/**
 * Where the last so many lines start, found from the end. A line that the monitor wrote in several pieces counts once.
 * Null: fewer lines are kept, start with the oldest.
 */
export async function tailPosition(files: LogFiles, lines: number): Promise<LogPosition | null> {
  const kept = await files.kept()
  const count = { ends: 0 }
  for (const file of kept.toReversed()) {
    const offset = await scanBack(file, lines, count)
    if (offset !== null) return logPosition(file, offset)
  }
  return null
}

/** The present end; null where nothing was ever written. */
export async function endPosition(files: LogFiles): Promise<LogPosition | null> {
  const last = (await files.kept()).at(-1)
  return last ? logPosition(last, last.size) : null
}

/**
 * The place so many bytes before the end, but not before `notBefore`. It may be within a line; the parser skips the rest of it.
 */
export async function positionBeforeEnd(
  files: LogFiles,
  bytes: number,
  notBefore: LogPosition | null,
): Promise<LogPosition | null> {
  const kept = await files.kept()
  const first = locate(kept, notBefore)
  const start = kept.findIndex((file) => file.id === first?.id)
  let left = bytes
  for (let index = kept.length - 1; index >= Math.max(start, 0); index -= 1) {
    const file = kept[index]
    if (!file || !first) break
    const floor = index === start ? first.offset : 0
    if (file.size - floor >= left) return logPosition(file, Math.max(floor, file.size - left))
    left -= file.size - floor
  }
  return notBefore
}

/** The offset after which `lines` lines end, or null where the file has too few; `count` goes on over the files. */
async function scanBack(file: KeptFile, lines: number, count: { ends: number }): Promise<number | null> {
  const handle = await open(file.path, 'r')
  try {
    let end = file.size
    while (end > 0) {
      const start = Math.max(0, end - blockBytes)
      const block = Buffer.alloc(end - start)
      const { bytesRead } = await handle.read(block, 0, block.length, start)
      const found = scanBlock(block.subarray(0, bytesRead), start === 0, lines, count)
      if (found.offset !== null) return start + found.offset
      end = start + found.rest
    }
    return null
  } finally {
    await handle.close()
  }
}

/** Looks at the whole lines of a block, the last first. `rest` is where the first of them starts. */
function scanBlock(
  block: Buffer,
  isFirst: boolean,
  lines: number,
  count: { ends: number },
): { readonly offset: number | null; readonly rest: number } {
  let end = block.length
  while (end > 0) {
    const before = end >= 2 ? block.lastIndexOf(newline, end - 2) : -1
    if (before === -1 && !isFirst) break
    if (endsLine(block, before + 1, end, count)) {
      if (count.ends === lines) return { offset: end, rest: 0 }
      count.ends += 1
    }
    end = before + 1
  }
  // A line longer than a block is skipped piece by piece.
  return { offset: null, rest: end === block.length ? 0 : end }
}

/** Whether a record is the last of its line: a full one, or whatever is the very last of the log. */
function endsLine(block: Buffer, start: number, end: number, { ends }: { readonly ends: number }): boolean {
  if (ends === 0) return true
  const afterTime = block.indexOf(space, start)
  const afterStream = afterTime === -1 ? -1 : block.indexOf(space, afterTime + 1)
  return afterStream !== -1 && afterStream + 1 < end && block[afterStream + 1] === full
}
