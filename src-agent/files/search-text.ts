import type { TreeFile } from '../storage/layers/tree-view.ts'

/** Larger files are not looked into. */
export const largestSearched = 16 * 1024 * 1024
const blockBytes = 512 * 1024
/** As grep has it: a zero byte in the beginning makes it no text. */
const headBytes = 8 * 1024
const longestLine = 200

export interface FoundLine {
  readonly line: string
  readonly lineNumber: number
}

/** The first line of a text file that has the text; null where none has, and for what is no text. Case does not matter. */
export async function searchText(file: TreeFile, text: string, signal: AbortSignal): Promise<FoundLine | null> {
  if (file.node.size > largestSearched) return null
  const wanted = new RegExp(text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&'), 'iu')
  const decoder = new TextDecoder('utf-8')
  let [before, lines] = ['', 0]
  for (let at = 0; !signal.aborted; ) {
    const bytes = await file.read(at, blockBytes)
    if (at === 0 && bytes.subarray(0, headBytes).includes(0)) return null
    const isLast = bytes.length === 0
    const block = before + decoder.decode(bytes, { stream: !isLast })
    const found = block.search(wanted)
    if (found >= 0) return { line: lineAt(block, found), lineNumber: lines + countLines(block, found) + 1 }
    if (isLast) return null
    at += bytes.length
    // The text may lie over the border; what stays is long enough to show its line.
    const kept = Math.min(block.length, Math.max(2 * text.length, longestLine))
    lines += countLines(block, block.length - kept)
    before = block.slice(block.length - kept)
  }
  return null
}

function countLines(text: string, upto: number): number {
  let count = 0
  for (let at = text.indexOf('\n'); at >= 0 && at < upto; at = text.indexOf('\n', at + 1)) count += 1
  return count
}

/** Around the place, if the line is long. */
function lineAt(text: string, place: number): string {
  const start = Math.max(text.lastIndexOf('\n', place - 1) + 1, place - longestLine / 4)
  const end = text.indexOf('\n', place)
  const line = text.slice(start, Math.min(end < 0 ? text.length : end, start + longestLine))
  return line.replace(/\r$/, '').toWellFormed()
}
