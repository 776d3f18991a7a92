import type { LogLine } from '#contract/observe'

/** Which lines of a log are shown. */
export interface LineChoice {
  /** The lines to show when this one has come: none, it, or also the parts before it that waited for it. */
  take(line: LogLine): readonly LogLine[]
  /** No later one will be shown. */
  isOver(): boolean
}

/** A guest may write a line without an end: of more than this the rest is shown or left out as its beginning. */
const longestLine = 1024 * 1024

/** By time, and by a text that a whole line must have, however many parts it comes in. */
export function createLineChoice(wanted: { readonly until: string | null; readonly grep: string | null }): LineChoice {
  const last = wanted.until === null ? Number.POSITIVE_INFINITY : Date.parse(wanted.until)
  const { grep } = wanted
  const lines = { stdout: openLine(), stderr: openLine() }
  let over = false
  return {
    take(line) {
      if (Date.parse(line.at) > last) {
        over = true
        return []
      }
      if (grep === null) return [line]
      const open = lines[line.stream]
      const shown = open.add(line, grep)
      if (!line.partial) lines[line.stream] = openLine()
      return shown
    },
    isOver: () => over,
  }
}

/** A line that has not ended yet. */
function openLine() {
  let parts: LogLine[] = []
  let text = ''
  let isShown: boolean | null = null
  return {
    add(part: LogLine, grep: string): readonly LogLine[] {
      if (isShown !== null) return isShown ? [part] : []
      parts.push(part)
      text += part.text
      const fits = text.includes(grep)
      if (!fits && part.partial && text.length < longestLine) return []
      isShown = fits
      const waiting = parts
      parts = []
      return fits ? waiting : []
    },
  }
}
