import type { LogLine } from '#contract/observe'
import { toPlainText } from '../../model/plain-text.ts'

/** Lines kept for the page; the agent has the rest. */
export const keptLines = 20_000

export interface ShownLine {
  /** Counts on when old lines are dropped, so that a row keeps its identity. */
  readonly number: number
  readonly at: string
  readonly stream: LogLine['stream']
  readonly text: string
  /** The next entry of this stream goes on with it. */
  readonly open: boolean
}

/** Pure. Joins parts of one line, drops the oldest lines beyond the limit. */
export function appendLines(shown: readonly ShownLine[], lines: readonly LogLine[]): readonly ShownLine[] {
  const next = [...shown]
  const openAt = findOpenLines(next)
  for (const { at, stream, text, partial } of lines) {
    const index = openAt[stream]
    const before = index === null ? undefined : next[index]
    if (index !== null && before) {
      next[index] = { ...before, text: before.text + toPlainText(text), open: partial }
      if (!partial) openAt[stream] = null
      continue
    }
    if (partial) openAt[stream] = next.length
    next.push({ number: (next.at(-1)?.number ?? 0) + 1, at, stream, text: toPlainText(text), open: partial })
  }
  return next.length > keptLines ? next.slice(-keptLines) : next
}

/** Only the latest line of each stream can be open. */
function findOpenLines(lines: readonly ShownLine[]): Record<LogLine['stream'], number | null> {
  const open: Record<LogLine['stream'], number | null> = { stdout: null, stderr: null }
  for (const stream of ['stdout', 'stderr'] as const) {
    const index = lines.findLastIndex((line) => line.stream === stream)
    if (lines[index]?.open) open[stream] = index
  }
  return open
}

export function searchLines(lines: readonly ShownLine[], search: string): readonly ShownLine[] {
  const wanted = search.trim().toLowerCase()
  return wanted === '' ? lines : lines.filter(({ text }) => text.toLowerCase().includes(wanted))
}
