export interface DiffLine {
  readonly kind: 'hunk' | 'added' | 'deleted' | 'same' | 'note'
  /** Without its sign. */
  readonly text: string
  readonly before: number | null
  readonly after: number | null
}

/** Takes a unified diff apart. The names of the two files are left out: the page has them. */
export function parseDiff(diff: string): DiffLine[] {
  const lines: DiffLine[] = []
  let [before, after] = [0, 0]
  let inHunk = false
  const source = diff.split('\n')
  if (source.at(-1) === '') source.pop()
  for (const line of source) {
    const hunk = /^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@/.exec(line)
    if (hunk) {
      ;[before, after, inHunk] = [Number(hunk[1]), Number(hunk[2]), true]
      lines.push({ kind: 'hunk', text: line, before: null, after: null })
    } else if (!inHunk) continue
    else if (line.startsWith('+')) lines.push({ kind: 'added', text: line.slice(1), before: null, after: after++ })
    else if (line.startsWith('-')) lines.push({ kind: 'deleted', text: line.slice(1), before: before++, after: null })
    else if (line.startsWith('\\')) lines.push({ kind: 'note', text: line.slice(2), before: null, after: null })
    else lines.push({ kind: 'same', text: line.slice(1), before: before++, after: after++ })
  }
  return lines
}
