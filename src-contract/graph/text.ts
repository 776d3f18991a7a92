import type { IsolationEdge, IsolationView } from '../isolation.ts'
import { styleOfStrength } from './strengths.ts'

/** The graph as sentences, those that share most first: the same for who cannot see a picture. */
export function describeGraph(view: IsolationView): string[] {
  const labels = new Map(view.nodes.map(({ id, label }) => [id, label]))
  const name = (id: string): string => labels.get(id) ?? id
  const rank = ({ strength }: IsolationEdge): number => styleOfStrength(strength).rank
  return view.edges
    .toSorted((one, other) => rank(other) - rank(one))
    .map(({ from, to, strength, sentence }) => `${name(from)} → ${name(to)}: ${strength}. ${sentence}`)
}
