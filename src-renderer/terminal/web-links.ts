import type { IBufferLine, ILink, Terminal } from '@xterm/xterm'

interface FoundLink {
  readonly start: number
  /** Behind its last character. */
  readonly end: number
  readonly address: string
}

const address = /https?:\/\/[^\s"'<>`{}|\\^]+/gi
/** What ends a sentence around an address is not meant by it. */
const tail = /[.,:;!?'"*_~]+$/

/** Pure. The web addresses in a line of text. */
export function findLinks(text: string): readonly FoundLink[] {
  return [...text.matchAll(address)].flatMap(({ 0: found, index }) => {
    const end = withoutTail(found)
    return isAddress(end) ? [{ start: index, end: index + end.length, address: end }] : []
  })
}

function withoutTail(found: string): string {
  const text = found.replace(tail, '')
  const isUnopened = (open: string, close: string): boolean =>
    text.endsWith(close) && text.split(close).length > text.split(open).length
  return isUnopened('(', ')') || isUnopened('[', ']') ? withoutTail(text.slice(0, -1)) : text
}

function isAddress(text: string): boolean {
  try {
    return new URL(text).hostname !== ''
  } catch {
    return false
  }
}

/** Most lines that one address may run over: a guest could make all of the history one line. */
const mostRows = 8

interface Text {
  readonly text: string
  /** Where each character stands, counted from 1 as xterm does. */
  readonly places: readonly { readonly x: number; readonly y: number }[]
}

/** Offers the web addresses that the guest has written to whoever presses Ctrl and the mouse on them. */
export function addWebLinks(terminal: Terminal, activate: ILink['activate']): void {
  terminal.registerLinkProvider({
    provideLinks(row, answer) {
      const { text, places } = readAround(terminal, row)
      const links = findLinks(text).flatMap((found): ILink[] => {
        const [start, end] = [places[found.start], places[found.end - 1]]
        if (!start || !end || start.y > row || end.y < row) return []
        return [{ text: found.address, range: { start, end }, activate }]
      })
      answer(links)
    },
  })
}

/** The line that the row belongs to, over the rows that it was broken into. */
function readAround({ buffer }: Terminal, row: number): Text {
  const lineAt = (at: number): IBufferLine | undefined => buffer.active.getLine(at - 1)
  let first = row
  while (row - first < mostRows && lineAt(first)?.isWrapped) first -= 1
  let last = row
  while (last - row < mostRows && lineAt(last + 1)?.isWrapped) last += 1
  let text = ''
  const places: { x: number; y: number }[] = []
  for (let y = first; y <= last; y++) {
    const line = lineAt(y)
    for (let x = 0; x < (line?.length ?? 0); x++) {
      const cell = line?.getCell(x)
      if (!cell || cell.getWidth() === 0) continue
      const chars = cell.getChars() || ' '
      text += chars
      for (const _unit of chars.split('')) places.push({ x: x + 1, y })
    }
  }
  return { text, places }
}
