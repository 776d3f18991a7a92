import { styleOfStrength, whatWords } from '#contract/graph/strengths'
import type { IsolationEdge, IsolationView } from '#contract/isolation'
import { columnOfHeads, type Paragraph, paragraph } from './paragraphs.ts'

interface Bundle {
  readonly edge: IsolationEdge
  readonly from: readonly string[]
  readonly to: readonly string[]
}

/** What acts on what, widest opening first. Edges that say the same of several things are listed once, with all names. */
export function describeEdges(view: IsolationView, edges: readonly IsolationEdge[] = view.edges): readonly Paragraph[] {
  const label = labelsOf(view)
  const single = edges.map((edge): Bundle => ({ edge, from: [label(edge.from)], to: [label(edge.to)] }))
  const bundles = join(join(single, 'from', 'to'), 'to', 'from').toSorted(
    (one, other) => rank(other.edge) - rank(one.edge),
  )
  const heads = columnOfHeads(bundles.map(({ edge }) => ({ head: `  ${edge.strength}`, text: '' })))
  return bundles.flatMap(({ edge, from, to }, index) => {
    const head = heads[index]?.head ?? ''
    return [
      { head, text: `${listNames(from)} -> ${listNames(to)} (${whatWords[edge.what]})` },
      paragraph(edge.sentence, head.length),
    ]
  })
}

/** What a node is called; its id, where it has gone meanwhile. */
export function labelsOf({ nodes }: IsolationView): (id: string) => string {
  const labels = new Map(nodes.map(({ id, label }) => [id, label]))
  return (id) => labels.get(id) ?? id
}

/** `a, b, c, d, e and 7 more`. */
export function listNames(names: readonly string[], most = 5): string {
  const rest = names.length - most
  return rest > 0 ? `${names.slice(0, most).join(', ')} and ${rest} more` : names.join(', ')
}

/** Makes one of those that differ in `side` only. */
function join(bundles: readonly Bundle[], side: 'from' | 'to', same: 'from' | 'to'): readonly Bundle[] {
  const groups = Map.groupBy(bundles, ({ edge: { what, strength, sentence }, [same]: names }) =>
    JSON.stringify([what, strength, sentence, names]),
  )
  return [...groups.values()].flatMap(([first, ...others]) =>
    first ? [{ ...first, [side]: [first, ...others].flatMap((bundle) => bundle[side]) }] : [],
  )
}

function rank({ strength }: IsolationEdge): number {
  return styleOfStrength(strength).rank
}
