import { type Context, printLine } from '../context.ts'
import { type Column, formatTable, wantsColours } from './table.ts'

/** Prints a table to standard output, coloured where that is wanted. */
export function printTable<Row>(
  { stdout, env }: Pick<Context, 'stdout' | 'env'>,
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): void {
  for (const line of formatTable(columns, rows, { colours: wantsColours(stdout, env) })) printLine(stdout, line)
}
