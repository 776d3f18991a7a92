import type { Interference, InterferenceSlot } from '#contract/isolation'

/** Who disturbs whom by what. */
export type Pair = Pick<Interference, 'culprit' | 'victim' | 'resource'>

export const pairKey = ({ culprit, victim, resource }: Pair): string => `${culprit}>${victim}:${resource}`

export function levelOf(strength: number): 'none' | 'some' | 'strong' {
  return strength >= 0.25 ? 'strong' : strength > 0 ? 'some' : 'none'
}

/** The strength of one pair in each slot, zero where it was quiet. */
export function seriesOf(slots: readonly InterferenceSlot[], pair: Pair): number[] {
  const key = pairKey(pair)
  return slots.map(({ cells }) => cells.find((cell) => pairKey(cell) === key)?.strength ?? 0)
}

/** Every pair that disturbs now or did lately, with its present strength; strongest first. */
export function pairsOf(
  present: readonly Interference[],
  slots: readonly InterferenceSlot[],
): readonly (Pair & { readonly strength: number })[] {
  const pairs = new Map<string, Pair & { readonly strength: number }>()
  for (const { cells } of slots) for (const cell of cells) pairs.set(pairKey(cell), { ...cell, strength: 0 })
  for (const each of present) pairs.set(pairKey(each), each)
  return [...pairs.values()].sort((a, b) => b.strength - a.strength || pairKey(a).localeCompare(pairKey(b)))
}
