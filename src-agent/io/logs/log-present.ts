import { setTimeout as sleep } from 'node:timers/promises'
import { createLineParser, type LogRecord } from './cri-line.ts'
import { closeFiles, describeFile, type SizedFile } from './kept-file.ts'
import type { LogFiles } from './log-files.ts'
import { lastLineEnd, tailStart } from './log-tail.ts'

export interface PresentOptions {
  /** Only the last so many lines. */
  readonly tail?: number | undefined
  /** Files that were finished before need not be read. */
  readonly changedSinceMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

const readBytes = 64 * 1024
/** How long the rest of a line may take before what there is of it counts as one, as a prompt does. */
const restOfLineMs = 20

/**
 * What the log holds at this moment, in batches: the files are opened once and read to the sizes that they then had, so
 * that neither more output nor a rotation moves the end or the beginning.
 */
export async function* readPresent(files: LogFiles, options: PresentOptions): AsyncGenerator<readonly LogRecord[]> {
  const { tail, changedSinceMs = Number.NEGATIVE_INFINITY, signal } = options
  const opened = await files.openKept()
  try {
    const present = await cutAtLine(files.path, opened)
    const oldest = { index: present.findIndex((file) => file.modifiedMs >= changedSinceMs), offset: 0 }
    const start = tail === undefined ? oldest : ((await tailStart(present, tail)) ?? oldest)
    if (start.index === -1) return
    const parser = createLineParser()
    for (let index = start.index; index < present.length; index += 1) {
      parser.reset()
      const file = present[index]
      let offset = index === start.index ? start.offset : 0
      while (file && offset < file.size && !signal?.aborted) {
        const buffer = Buffer.allocUnsafeSlow(Math.min(readBytes, file.size - offset))
        const { bytesRead } = await file.handle.read(buffer, 0, buffer.length, offset)
        if (bytesRead === 0) break
        offset += bytesRead
        const records = parser.push(buffer.subarray(0, bytesRead))
        if (records.length > 0) yield records
      }
    }
  } finally {
    await closeFiles(opened)
  }
}

/** The same files, but only to where the last whole line ends, if the log has already gone on behind that. */
async function cutAtLine(path: string, files: readonly SizedFile[]): Promise<readonly SizedFile[]> {
  const last = files.at(-1)
  if (!last) return files
  for (let index = files.length - 1; index >= 0; index -= 1) {
    const file = files[index]
    const size = file ? await lastLineEnd(file) : 0
    if (!file || size === 0) continue
    const behind = file.size - size + files.slice(index + 1).reduce((sum, later) => sum + later.size, 0)
    if (behind === 0 || !(await goesOn(path, last))) return files
    return [...files.slice(0, index), { ...file, size }]
  }
  return files
}

async function goesOn(path: string, { id, handle, size }: SizedFile): Promise<boolean> {
  await sleep(restOfLineMs)
  return (await handle.stat()).size > size || (await describeFile(path))?.id !== id
}
