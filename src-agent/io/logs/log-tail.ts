import { closeFiles, type SizedFile } from './kept-file.ts'
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
  const kept = await files.openKept()
  try {
    const start = await tailStart(kept, lines)
    const file = start && kept[start.index]
    return start && file ? logPosition(file, start.offset) : null
  } finally {
    await closeFiles(kept)
  }
}

/** The same in files that are open, oldest first: which of them, and how far in it. */
export async function tailStart(
  files: readonly SizedFile[],
  lines: number,
): Promise<{ readonly index: number; readonly offset: number } | null> {
  let lineEnds = 0
  for (let index = files.length - 1; index >= 0; index -= 1) {
    const file = files[index]
    if (!file) continue
    for await (const records of recordsFromEnd(file)) {
      for (const { end, isFull } of records) {
        // A full record ends its line, and so does whatever is the very last.
        if (lineEnds > 0 && !isFull) continue
        if (lineEnds === lines) return { index, offset: end }
        lineEnds += 1
      }
    }
  }
  return null
}

/** Where the last record that ends its line ends; 0 where there is none. */
export async function lastLineEnd(file: SizedFile): Promise<number> {
  for await (const records of recordsFromEnd(file)) {
    const last = records.find(({ isFull }) => isFull)
    if (last) return last.end
  }
  return 0
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

interface RecordPlace {
  readonly end: number
  /** It ends its line: it is no piece of one that goes on. */
  readonly isFull: boolean
}

/** The records of a file, block by block, the last first. */
async function* recordsFromEnd({ handle, size }: SizedFile): AsyncGenerator<readonly RecordPlace[]> {
  let end = size
  while (end > 0) {
    const start = Math.max(0, end - blockBytes)
    const block = Buffer.alloc(end - start)
    const { bytesRead } = await handle.read(block, 0, block.length, start)
    const { records, rest } = recordsOfBlock(block.subarray(0, bytesRead), start === 0)
    yield records.map((record) => ({ ...record, end: start + record.end }))
    end = start + rest
  }
}

/** The whole records of a block, the last first. `rest` is where the first of them starts. */
function recordsOfBlock(block: Buffer, isFirst: boolean): { readonly records: RecordPlace[]; readonly rest: number } {
  const records: RecordPlace[] = []
  let end = block.length
  while (end > 0) {
    const before = end >= 2 ? block.lastIndexOf(newline, end - 2) : -1
    if (before === -1 && !isFirst) break
    records.push({ end, isFull: isFullRecord(block, before + 1, end) })
    end = before + 1
  }
  // A line longer than a block is skipped piece by piece.
  return { records, rest: end === block.length ? 0 : end }
}

function isFullRecord(block: Buffer, start: number, end: number): boolean {
  if (block[end - 1] !== newline) return false
  const afterTime = block.indexOf(space, start)
  const afterStream = afterTime === -1 ? -1 : block.indexOf(space, afterTime + 1)
  return afterStream !== -1 && afterStream + 1 < end && block[afterStream + 1] === full
}
