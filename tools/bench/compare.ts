import type { Row } from './row.ts'

interface Comparison {
  readonly what: string
  readonly limit: number
  /** Ours and bare take turns, so that a busy moment of the machine falls on both. */
  readonly turns: number
  readonly roundsPerTurn: number
  /** One round of ours, in milliseconds. */
  readonly ours: () => Promise<number>
  /** All rounds of one turn of the bare engine, in milliseconds. */
  readonly bareTurn: () => Promise<number[]>
}

/** Measures both by turns, and compares the medians. */
export async function compare({ what, limit, turns, roundsPerTurn, ours, bareTurn }: Comparison): Promise<Row> {
  const own: number[] = []
  const theirs: number[] = []
  for (let turn = 0; turn < turns; turn += 1) {
    for (let round = 0; round < roundsPerTurn; round += 1) own.push(await ours())
    theirs.push(...(await bareTurn()))
  }
  const row = { what, ours: median(own), bare: median(theirs), unit: 'ms', limit }
  return { ...row, ratio: row.ours / row.bare }
}

/** The upper one of an even number; not a number of none. */
export function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN
}
