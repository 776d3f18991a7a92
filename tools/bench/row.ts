import type { Effort } from './effort.ts'

/** One measurement: the product against the bare engine in the same run. Machines differ, so the ratio is what counts. */
export interface Row {
  readonly what: string
  readonly ours: number
  readonly bare: number
  /** `ours / bare`, or the other way round where more is better; 1 is as good as the bare engine. */
  readonly ratio: number
  readonly unit: string
  /** The worst ratio that is still accepted. */
  readonly limit: number
  /** The lowest and the highest ratio of a turn, where several were measured. */
  readonly spread?: readonly [number, number] | undefined
}

/** What each `tools/bench/NAME.bench.ts` exports. */
export interface Bench {
  readonly name: string
  run(effort: Effort): Promise<readonly Row[]>
}

/** Rows as a table for people. */
export function formatTable(rows: readonly Row[]): string {
  const lines = rows.map(({ what, ours, bare, ratio, unit, limit, spread }) => [
    what,
    `${ours.toFixed(1)} ${unit}`,
    `${bare.toFixed(1)} ${unit}`,
    ratio.toFixed(2),
    spread === undefined ? '' : `${spread[0].toFixed(2)} to ${spread[1].toFixed(2)}`,
    `at most ${limit.toFixed(2)}`,
    isWithinLimit({ ratio, limit }) ? 'ok' : 'TOO SLOW',
  ])
  return alignColumns([['what', 'Joey', 'bare', 'ratio', 'spread', 'limit', ''], ...lines])
}

/** Cells padded to the width of their column; two spaces lie between columns. */
export function alignColumns(table: readonly (readonly string[])[]): string {
  const widths = table[0]?.map((_, column) => Math.max(...table.map((line) => line[column]?.length ?? 0))) ?? []
  const align = (line: readonly string[]) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')
  return table.map((line) => align(line).trimEnd()).join('\n')
}

/** Whether a row keeps its promise; a ratio that is not a number does not. */
export function isWithinLimit({ ratio, limit }: Pick<Row, 'ratio' | 'limit'>): boolean {
  return ratio <= limit
}
