import { styleText } from 'node:util'
import { type Context, printLine } from '../context.ts'
import { sanitize } from './sanitize.ts'
import { type Colour, wantsColours } from './table.ts'
import { breakable, padTo, widthOf } from './text-width.ts'

/** Text for people, which may stem from a guest. Where it is too long for one line it goes on below its own start. */
export interface Paragraph {
  /** What stands before it: blanks, a mark, a column of words. */
  readonly head: string
  readonly text: string
  /** Of the head. */
  readonly colour?: Colour
}

/** A paragraph with nothing but blanks before it. */
export function paragraph(text: string, indent = 0): Paragraph {
  return { head: ' '.repeat(indent), text }
}

/** An empty line, a title and what belongs below it; nothing where there is nothing. */
export function section(title: string, body: readonly Paragraph[]): readonly Paragraph[] {
  return body.length === 0 ? [] : [paragraph(''), paragraph(title), ...body]
}

/** Heads made equally wide, two blanks apart from the text. */
export function columnOfHeads(rows: readonly Paragraph[]): readonly Paragraph[] {
  const width = Math.max(0, ...rows.map(({ head }) => widthOf(head)))
  return rows.map((row) => ({ ...row, head: `${padTo(row.head, width)}  ` }))
}

/** Prints paragraphs to standard output: folded at the edge of a terminal, one line each anywhere else. */
export function printParagraphs({ stdout, env }: Pick<Context, 'stdout' | 'env'>, all: readonly Paragraph[]): void {
  const width = stdout.isTTY ? (stdout.columns ?? 80) : Number.POSITIVE_INFINITY
  const colours = wantsColours(stdout, env)
  for (const each of all) {
    const [first = '', ...rest] = layOut(each, width)
    const head = sanitize(each.head)
    const painted = colours && each.colour && first.startsWith(head)
    printLine(stdout, painted ? paint(each.colour, head) + first.slice(head.length) : first)
    for (const line of rest) printLine(stdout, line)
  }
}

function paint(colour: Colour, text: string): string {
  return styleText(colour, text, { validateStream: false })
}

/** The lines of one paragraph, safe to print. A word that is longer than a line stays whole. */
export function layOut({ head, text }: Paragraph, width: number): readonly string[] {
  const before = sanitize(head)
  const room = Math.max(20, width - widthOf(before))
  const lines: string[] = []
  let line = ''
  for (const { piece, blank } of breakable(sanitize(text))) {
    const gap = blank && line !== '' ? ' ' : ''
    if (line !== '' && widthOf(line) + gap.length + widthOf(piece) > room) {
      lines.push(line)
      line = piece
    } else line += gap + piece
  }
  const indent = ' '.repeat(widthOf(before))
  return [...lines, line].map((each, index) => `${index === 0 ? before : indent}${each}`.trimEnd())
}
