import type { Effort } from './effort.ts'
import type { Row } from './row.ts'

interface Comparison {
  readonly what: string
  readonly limit: number
  readonly effort: Effort
  /** Ours and bare take turns, so that a busy moment of the machine falls on both. */
  readonly turns: number
  readonly roundsPerTurn: number
  /** One round of ours, in milliseconds. */
  readonly ours: () => Promise<number>
  /** So many rounds of the bare engine in one turn, in milliseconds. */
  readonly bareTurn: (rounds: number) => Promise<number[]>
}

/** Measures both by turns, and compares the medians. The spread is that of the turns. */
export async function compare({ what, limit, effort, ours, bareTurn, ...whole }: Comparison): Promise<Row> {
  const [turns, rounds] = [effort.times(whole.turns), effort.times(whole.roundsPerTurn)]
  const own: number[] = []
  const theirs: number[] = []
  const ratios: number[] = []
  for (let turn = 0; turn < turns; turn += 1) {
    const ownTurn: number[] = []
    for (let round = 0; round < rounds; round += 1) ownTurn.push(await ours())
    const theirTurn = await bareTurn(rounds)
    ratios.push(median(ownTurn) / median(theirTurn))
    own.push(...ownTurn)
    theirs.push(...theirTurn)
  }
  const row = { what, ours: median(own), bare: median(theirs), unit: 'ms', limit }
  return { ...row, ratio: row.ours / row.bare, spread: [Math.min(...ratios), Math.max(...ratios)] }
}

/** The upper one of an even number; not a number of none. */
export function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN
}
