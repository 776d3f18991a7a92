import { styleText } from 'node:util'
import { sanitize } from './sanitize.ts'
import { widthOf } from './text-width.ts'

export type Colour = 'green' | 'yellow' | 'red' | 'gray'

/** Text of a cell, which may stem from a guest; the table makes it safe. */
export type Cell = string | { readonly text: string; readonly colour: Colour }

export interface Column<Row> {
  readonly title: string
  readonly cell: (row: Row) => Cell
  readonly align?: 'right'
}

/** Lines of a table with aligned columns. The last column is not padded, so that lines have no blank ends. */
export function formatTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  { colours }: { readonly colours: boolean },
): readonly string[] {
  const cells = rows.map((row) => columns.map(({ cell }) => clean(cell(row))))
  const widths = columns.map(({ title }, index) =>
    Math.max(widthOf(title), ...cells.map((line) => widthOf(line[index]?.text ?? ''))),
  )
  const header = columns.map(({ title }): Clean => ({ text: title, colour: undefined }))
  return [header, ...cells].map((line) =>
    line
      .map(({ text, colour }, index) => {
        const padding = ' '.repeat((widths[index] ?? 0) - widthOf(text))
        const painted = colours && colour ? styleText(colour, text, { validateStream: false }) : text
        if (columns[index]?.align === 'right') return padding + painted
        return index === columns.length - 1 ? painted : painted + padding
      })
      .join('   '),
  )
}

/** Whether colours are wanted there: a terminal, and NO_COLOR unset or empty. */
export function wantsColours(
  output: { readonly isTTY?: boolean | undefined },
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  return output.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb'
}

/** Shortens text to so many characters, the last one an ellipsis. */
export function shorten(text: string, most: number): string {
  const characters = [...text]
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`
}

interface Clean {
  readonly text: string
  readonly colour: Colour | undefined
}

function clean(cell: Cell): Clean {
  return typeof cell === 'string'
    ? { text: sanitize(cell), colour: undefined }
    : { text: sanitize(cell.text), colour: cell.colour }
}
