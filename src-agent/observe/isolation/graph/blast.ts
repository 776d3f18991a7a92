import { styleOfStrength } from '#contract/graph/strengths'
import type { BlastRadius, Cut, IsolationEdge, Reached, Strength } from '#contract/isolation'
import type { Said } from '#contract/reasons/define'
import { type Sentence, sentence, wordingOf } from '#contract/sentence'
import type { Graph } from './build.ts'
import { outgoing, reach } from './paths.ts'

/** What is reachable once this node is taken over, and the one change that would take most out of reach. Pure. */
export function findBlastRadius(from: string, graph: Graph): BlastRadius {
  const reached = reach(from, outgoing(graph.edges))
  return { from, reached, cut: findBestCut(from, graph, reached) }
}

/** The graph as it would be after a change. */
export function applyCut(edges: readonly IsolationEdge[], cut: Cut): IsolationEdge[] {
  return edges.flatMap((edge) => {
    if (cut.kind === 'setClass' && isKernelEdgeOf(edge, cut, edges)) return []
    if (!isSame(edge.cut, cut)) return [edge]
    // A folder that is made read-only can still be read.
    const stays = cut.kind === 'makeReadOnly' && edge.to.startsWith('mount:')
    return stays ? [{ ...edge, strength: 'readable' as const, cut: null }] : []
  })
}

/** A stronger class takes all ways to this machine's kernel that begin at the old boundary, not only the one that offered it. */
function isKernelEdgeOf(edge: IsolationEdge, cut: Cut, edges: readonly IsolationEdge[]): boolean {
  if (edge.what !== 'kernel' || edge.to !== 'host-kernel') return false
  return edges.some((other) => other.from === edge.from && other.to === edge.to && isSame(other.cut, cut))
}

/** Where two changes take the same out of reach, the one that changes less of the sandbox is better. */
const gentleness: readonly Cut['kind'][] = [
  'dropGrant',
  'makeReadOnly',
  'leaveNetwork',
  'unpublish',
  'setLimit',
  'setClass',
]

interface Candidate {
  readonly cut: Cut
  /** What lies behind the edges that it cuts: it cannot take more than that out of reach. */
  readonly behind: ReadonlySet<string>
}

interface Gain {
  readonly cut: Cut
  /** What it does to the way to this machine's kernel, which counts more than any number of other things. */
  readonly control: 'ends' | 'narrows' | 'stays'
  /** How this machine's kernel is reached before and after; null: not. */
  readonly strengths: readonly [before: Strength | null, after: Strength | null]
  /** By no way at all any more. */
  readonly removes: readonly string[]
  /** Only by way of this machine's kernel any more. */
  readonly parts: readonly string[]
}

interface Best extends Gain {
  /** A grant stays what it is in every class, and some weigh more in another one: taking it back comes first. */
  readonly isOwnGrant: boolean
}

/** Who has one of these has everything: what is reached only through them is not worth a change of its own. */
const control: ReadonlySet<string> = new Set(['host-kernel', 'agent'])

function findBestCut(from: string, graph: Graph, reached: readonly Reached[]): BlastRadius['cut'] {
  if (control.has(from)) return null
  const direct = reach(from, outgoing(graph.edges.filter(isDirect)))
  const name = graph.nodes.find(({ id }) => id === from)?.label
  let best: Best | null = null
  for (const candidate of candidates(graph.edges, [...reached, ...direct])) {
    const isOwnGrant = candidate.cut.kind === 'dropGrant' && candidate.cut.ref === name
    if (best !== null && !isOwnGrant && !canBeat(candidate, best)) continue
    const gained = tryCut(from, graph, candidate.cut, { reached, direct })
    const tried = gained && { ...gained, isOwnGrant }
    if (tried !== null && (best === null || isBetter(tried, best))) best = tried
  }
  if (best === null) return null
  const said = describeCut(best, graph.nodes)
  return { cut: best.cut, removes: [...best.removes], sentence: said.message, wording: wordingOf(said) }
}

function isDirect(edge: IsolationEdge): boolean {
  return !control.has(edge.from)
}

interface Before {
  readonly reached: readonly Reached[]
  readonly direct: readonly Reached[]
}

/** Null where nothing is gained by it. */
function tryCut(from: string, graph: Graph, cut: Cut, before: Before): Gain | null {
  const edges = applyCut(graph.edges, cut)
  const after = reach(from, outgoing(edges))
  const removes = missing(before.reached, after)
  const parts = missing(before.direct, reach(from, outgoing(edges.filter(isDirect))))
  const strengths = [kernelStrength(before.reached), kernelStrength(after)] as const
  const control = compareControl(...strengths)
  return control !== 'stays' || parts.length > 0 ? { cut, control, strengths, removes, parts } : null
}

function missing(before: readonly Reached[], after: readonly Reached[]): string[] {
  const left = new Set(after.map(({ node }) => node))
  return before.map(({ node }) => node).filter((node) => !left.has(node))
}

function kernelStrength(reached: readonly Reached[]): Strength | null {
  return reached.find(({ node }) => node === 'host-kernel')?.strength ?? null
}

function compareControl(before: Strength | null, after: Strength | null): Gain['control'] {
  if (before === null) return 'stays'
  if (after === null) return 'ends'
  return styleOfStrength(after).rank < styleOfStrength(before).rank ? 'narrows' : 'stays'
}

function gainOf({ control: what, removes, parts }: Best): number {
  return what === 'ends' ? removes.length : parts.length
}

const controlGains: readonly Best['control'][] = ['stays', 'narrows', 'ends']

/** Of two that both narrow the way to the kernel, the gentler one: that is the gain, and what else goes is a side effect. */
function isBetter(one: Best, other: Best): boolean {
  if (one.isOwnGrant !== other.isOwnGrant) return one.isOwnGrant
  if (one.control !== other.control) return controlGains.indexOf(one.control) > controlGains.indexOf(other.control)
  if (one.control !== 'narrows' && gainOf(one) !== gainOf(other)) return gainOf(one) > gainOf(other)
  return gentleness.indexOf(one.cut.kind) < gentleness.indexOf(other.cut.kind)
}

function canBeat({ behind }: Candidate, best: Best): boolean {
  if (best.control === 'stays') return behind.has('host-kernel') || behind.size >= gainOf(best)
  if (!behind.has('host-kernel')) return false
  return best.control === 'narrows' || behind.size >= gainOf(best)
}

/** Changes that cut an edge of a shortest path; others leave everything in reach. Those with most behind them first. */
function candidates(edges: readonly IsolationEdge[], reached: readonly Reached[]): Candidate[] {
  const behind = new Map<string, Set<string>>()
  for (const { node, path } of reached) {
    for (const id of path) {
      const known = behind.get(id)
      if (known) known.add(node)
      else behind.set(id, new Set([node]))
    }
  }
  const cuts = new Map<string, { cut: Cut; behind: Set<string> }>()
  for (const edge of edges) {
    const nodes = behind.get(edge.id)
    if (nodes === undefined) continue
    for (const cut of cutsOf(edge, edges)) {
      const key = JSON.stringify(cut)
      const known = cuts.get(key) ?? { cut, behind: new Set() }
      for (const node of nodes) known.behind.add(node)
      cuts.set(key, known)
    }
  }
  return [...cuts.entries()]
    .sort(
      ([one, { behind: ofOne }], [other, { behind: ofOther }]) => ofOther.size - ofOne.size || (one < other ? -1 : 1),
    )
    .map(([, candidate]) => candidate)
}

/** Its own, and for a way to the kernel the change of class that another edge beside it offers. */
function cutsOf(edge: IsolationEdge, edges: readonly IsolationEdge[]): Cut[] {
  const own = edge.cut === null ? [] : [edge.cut]
  if (edge.what !== 'kernel' || edge.cut?.kind === 'setClass') return own
  const beside = edges.flatMap((other) =>
    other.from === edge.from && other.to === edge.to && other.cut?.kind === 'setClass' ? [other.cut] : [],
  )
  return [...own, ...beside]
}

function isSame(one: Cut | null, other: Cut): boolean {
  return one !== null && one.kind === other.kind && JSON.stringify(one) === JSON.stringify(other)
}

function describeCut({ cut, control: what, strengths, removes, parts }: Best, nodes: Graph['nodes']): Sentence {
  const change = describeChange(cut)
  const [before, after] = strengths
  if (what === 'narrows' && before !== null && after !== null) {
    return sentence('cut-narrows-control', { change, before, after })
  }
  return removes.length > 0
    ? sentence('cut-removes', { change, nodes: listNodes(removes, nodes) })
    : sentence('cut-parts', { change, nodes: listNodes(parts, nodes) })
}

/** The first three by name. */
function listNodes(ids: readonly string[], nodes: Graph['nodes']): Said {
  const [first, second, third] = ids.slice(0, 3).map((id) => labelOf(id, nodes))
  if (first === undefined || second === undefined) return first ?? { reason: '', message: '' }
  if (third === undefined) return sentence('nodes-two', { first, second })
  return sentence('nodes-three', { first, second, third, more: ids.length - 3 })
}

function labelOf(id: string, nodes: Graph['nodes']): Said {
  const node = nodes.find((known) => known.id === id)
  if (node?.kind === 'hostKernel') return sentence('cut-host-kernel')
  return { reason: '', ...node?.labelWording, message: node?.label ?? id }
}

function describeChange(cut: Cut): Sentence {
  const { ref: name } = cut
  switch (cut.kind) {
    case 'setClass':
      return sentence('cut-to-class', { name, class: cut.class })
    case 'dropGrant':
      return sentence('cut-to-no-grant', { name, grant: cut.grant })
    case 'leaveNetwork':
      return sentence('cut-to-no-network', { name, network: cut.network })
    case 'unpublish':
      return sentence('cut-to-no-port', { name, port: cut.hostPort })
    case 'makeReadOnly':
      return sentence('cut-to-read-only', { name, target: cut.target })
    case 'setLimit':
      return sentence('cut-to-limit', { name, limit: cut.limit })
  }
}
