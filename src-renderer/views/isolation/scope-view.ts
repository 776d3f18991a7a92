import type { IsolationEdge, IsolationNode, IsolationView, NodeKind } from '#contract/isolation'
import type { SandboxId } from '#contract/sandbox'

/** Without the kinds that the person does not want to see, and without edges that would hang in the air. */
export function hideKinds(view: IsolationView, hidden: ReadonlySet<NodeKind>): IsolationView {
  return hidden.size === 0 ? view : keepNodes(view, ({ kind }) => !hidden.has(kind))
}

/** What a picture of one sandbox shows: what is its own, what that touches, and who else is on its networks and files. */
export function aroundSandbox(view: IsolationView, id: SandboxId): IsolationView {
  const near = neighboursOf(view.edges)
  const kept = new Set(view.nodes.filter(({ sandbox }) => sandbox === id).map((node) => node.id))
  const kinds = new Map(view.nodes.map((node) => [node.id, node.kind]))
  for (const own of [...kept]) {
    for (const other of near.get(own) ?? []) {
      kept.add(other)
      const isShared = kinds.get(other) === 'network' || kinds.get(other) === 'mount'
      if (isShared) for (const third of near.get(other) ?? []) kept.add(third)
    }
  }
  return keepNodes(view, (node) => kept.has(node.id))
}

/** In the order of the contract, with how many there are of each. */
export function countKinds(nodes: readonly IsolationNode[]): ReadonlyMap<NodeKind, number> {
  const counts = new Map<NodeKind, number>()
  for (const { kind } of nodes) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return counts
}

function keepNodes(view: IsolationView, keep: (node: IsolationNode) => boolean): IsolationView {
  const nodes = view.nodes.filter(keep)
  const ids = new Set(nodes.map(({ id }) => id))
  return { ...view, nodes, edges: view.edges.filter(({ from, to }) => ids.has(from) && ids.has(to)) }
}

function neighboursOf(edges: readonly IsolationEdge[]): ReadonlyMap<string, ReadonlySet<string>> {
  const near = new Map<string, Set<string>>()
  for (const { from, to } of edges) {
    near.set(from, (near.get(from) ?? new Set()).add(to))
    near.set(to, (near.get(to) ?? new Set()).add(from))
  }
  return near
}
