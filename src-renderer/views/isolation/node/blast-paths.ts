import type { BlastRadius, IsolationView } from '#contract/isolation'
import type { BlastModel } from '../../../store/blast-store.ts'
import type { Marked } from '../graph/graph.tsx'

/** The names along a path, from the start on. An edge that is gone meanwhile leaves a gap, not a failure. */
export function pathLabels(
  from: string,
  path: readonly string[],
  { nodes, edges }: Pick<IsolationView, 'nodes' | 'edges'>,
): string[] {
  const labels = new Map(nodes.map(({ id, label }) => [id, label]))
  const targets = new Map(edges.map(({ id, to }) => [id, to]))
  return [from, ...path.map((id) => targets.get(id) ?? '…')].map((id) => labels.get(id) ?? id)
}

/** What steps forward in the picture: one path, or all. */
export function markPaths(model: BlastModel, target: string | null): Marked | null {
  if (model.kind !== 'ready') return null
  const { from } = model.radius
  const shown = pick(model.radius, target)
  return {
    nodes: new Set([from, ...shown.map(({ node }) => node)]),
    edges: new Set(shown.flatMap(({ path }) => path)),
  }
}

function pick({ reached }: BlastRadius, target: string | null): BlastRadius['reached'] {
  const one = reached.filter(({ node }) => node === target)
  return one.length > 0 ? one : reached
}
