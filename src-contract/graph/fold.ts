import type { IsolationEdge, IsolationNode, IsolationView, Strength } from '../isolation.ts'
import { moreShared } from './strengths.ts'

/** Several nodes drawn as one. */
export interface Group {
  /** `group:network:web`, `group:class:gvisor`. */
  readonly id: string
  readonly label: string
  /** Every node that it stands for: sandboxes, and what belongs to one of them alone. */
  readonly members: readonly string[]
  readonly sandboxes: number
}

/** What is drawn: some nodes as they are, the others through their group; parallel edges once. */
export interface Folded {
  readonly nodes: readonly IsolationNode[]
  readonly groups: readonly Group[]
  readonly edges: readonly FoldedEdge[]
}

export interface FoldedEdge {
  /** Stays the same while both ends stay and the kind of what is shared does. */
  readonly id: string
  readonly from: string
  readonly to: string
  readonly what: IsolationEdge['what']
  /** Of the edge that shares most. */
  readonly strength: Strength
  /** The view's edges that it stands for. */
  readonly edges: readonly string[]
}

/** Draws many sandboxes by groups. `open` names groups that are drawn in full all the same. */
export function foldView(view: IsolationView, fold: boolean, open: ReadonlySet<string>): Folded {
  const groups = fold ? groupNodes(view).filter((group) => group.sandboxes > 1 && !open.has(group.id)) : []
  const groupOf = new Map(groups.flatMap((group) => group.members.map((member) => [member, group.id])))
  const nodes = view.nodes.filter((node) => !groupOf.has(node.id))
  const drawn = new Set([...nodes.map((node) => node.id), ...groups.map((group) => group.id)])
  const edges = new Map<string, FoldedEdge>()
  for (const edge of view.edges) {
    const from = groupOf.get(edge.from) ?? edge.from
    const to = groupOf.get(edge.to) ?? edge.to
    if (from === to || !drawn.has(from) || !drawn.has(to)) continue
    const id = `${from} ${edge.what} ${to}`
    const known = edges.get(id)
    const strength = known ? moreShared(known.strength, edge.strength) : edge.strength
    edges.set(id, { id, from, to, what: edge.what, strength, edges: [...(known?.edges ?? []), edge.id] })
  }
  return { nodes, groups, edges: [...edges.values()] }
}

/** Sandboxes on one network belong together, the others by class; what only one group touches goes with it. */
function groupNodes(view: IsolationView): Group[] {
  const keys = new Map<string, string>()
  const networkOf = new Map(
    view.edges.filter(({ to }) => to.startsWith('network:')).map((edge) => [edge.from, edge.to] as const),
  )
  for (const node of view.nodes) {
    if (node.kind !== 'sandbox') continue
    keys.set(node.id, networkOf.get(node.id) ?? `class:${node.class ?? 'container'}`)
  }
  const neighbours = new Map<string, Set<string>>()
  for (const { from, to } of view.edges) {
    for (const [near, far] of [
      [from, to],
      [to, from],
    ] as const) {
      const key = keys.get(far)
      if (key !== undefined) neighbours.set(near, (neighbours.get(near) ?? new Set()).add(key))
    }
  }
  return collect(view, (node) => keys.get(node.id) ?? ownerOf(node, keys, neighbours))
}

/** Networks, and what many groups share, stay to be seen: they are what joins the groups. */
function ownerOf(
  node: IsolationNode,
  keys: ReadonlyMap<string, string>,
  neighbours: ReadonlyMap<string, ReadonlySet<string>>,
): string | undefined {
  if (['hostKernel', 'agent', 'outside', 'network'].includes(node.kind)) return undefined
  if (node.sandbox !== null) return keys.get(`sandbox:${node.sandbox}`)
  const near = [...(neighbours.get(node.id) ?? [])]
  return near.length === 1 ? near[0] : undefined
}

function collect(view: IsolationView, keyOf: (node: IsolationNode) => string | undefined): Group[] {
  const labels = new Map(view.nodes.map((node) => [node.id, node.label]))
  const groups = new Map<string, { members: string[]; sandboxes: number }>()
  for (const node of view.nodes) {
    const key = keyOf(node)
    if (key === undefined) continue
    const group = groups.get(key) ?? { members: [], sandboxes: 0 }
    group.members.push(node.id)
    if (node.kind === 'sandbox') group.sandboxes += 1
    groups.set(key, group)
  }
  return [...groups].map(([key, { members, sandboxes }]) => {
    const where = key.startsWith('class:') ? `of class ${key.slice('class:'.length)}` : `on ${labels.get(key) ?? key}`
    return { id: `group:${key}`, label: `${sandboxes} sandboxes ${where}`, members, sandboxes }
  })
}
