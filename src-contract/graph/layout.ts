import type { IsolationNode, IsolationView, NodeKind } from '../isolation.ts'
import { type Folded, type FoldedEdge, foldView, type Group } from './fold.ts'

/** Where a node or group is drawn. `x` and `y` are its upper left corner. */
export interface Place {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly column: number
  readonly row: number
}

/** A drawing of the graph without colours: what is drawn, and where. */
export interface Layout {
  readonly width: number
  readonly height: number
  /** By id of node or group. */
  readonly places: ReadonlyMap<string, Place>
  /** Drawn as they are. */
  readonly nodes: readonly IsolationNode[]
  /** Drawn in place of their members. */
  readonly groups: readonly Group[]
  readonly edges: readonly FoldedEdge[]
}

export interface LayoutOptions {
  /** Groups that are drawn in full all the same. */
  readonly open?: ReadonlySet<string>
  /** More sandboxes than this are drawn by groups. */
  readonly foldAbove?: number
}

/** From what comes in, over the sandboxes and their engines, to what they run on. */
const columns: Readonly<Record<NodeKind, number>> = {
  outside: 0,
  port: 0,
  sandbox: 1,
  guestKernel: 2,
  sentry: 2,
  network: 2,
  hypervisor: 3,
  mount: 3,
  socket: 3,
  device: 3,
  hostKernel: 4,
  agent: 4,
}

export const cell = { width: 200, height: 48, columnGap: 130, rowGap: 20, margin: 24 } as const

/** Folded stays folded until this many are gone, or the picture would flap at the border. */
const foldSlack = 5

/**
 * Lays the graph out in columns by kind. The same view gives the same layout; with `previous`, whatever is still there
 * keeps its place, and what is new takes the free place nearest to what it is joined with.
 */
export function layoutGraph(view: IsolationView, previous?: Layout, options: LayoutOptions = {}): Layout {
  const { open = new Set(), foldAbove = 40 } = options
  const wasFolded = (previous?.groups.length ?? 0) > 0
  const sandboxes = view.nodes.filter((node) => node.kind === 'sandbox').length
  const folded = foldView(view, sandboxes > (wasFolded ? foldAbove - foldSlack : foldAbove), open)
  const places = placeAll(folded, previous)
  const all = [...places.values()]
  return {
    ...folded,
    places,
    width: cell.margin + Math.max(cell.width, ...all.map((place) => place.x + place.width)),
    height: cell.margin + Math.max(cell.height, ...all.map((place) => place.y + place.height)),
  }
}

interface Item {
  readonly id: string
  readonly column: number
  /** Ids that belong side by side sort side by side. */
  readonly order: string
}

function placeAll(folded: Folded, previous: Layout | undefined): Map<string, Place> {
  const items = [...folded.groups.map(groupItem), ...folded.nodes.map(nodeItem)]
  const places = new Map<string, Place>()
  const taken = new Set<string>()
  const put = ({ id, column }: Item, row: number): void => {
    taken.add(`${column} ${row}`)
    places.set(id, placeAt(column, row))
  }
  const fresh: Item[] = []
  for (const item of items) {
    const kept = previous?.places.get(item.id)
    if (kept && kept.column === item.column) put(item, kept.row)
    else fresh.push(item)
  }
  const near = neighboursOf(folded.edges)
  for (const item of fresh.sort(placingOrder)) {
    const rows = (near.get(item.id) ?? []).flatMap((id) => places.get(id)?.row ?? [])
    put(item, freeRow(taken, item.column, rows.length === 0 ? 0 : Math.round(mean(rows))))
  }
  return places
}

/** Sandboxes first: everything else goes to where its sandboxes are. Then by id, never by the order of the view. */
function placingOrder(one: Item, other: Item): number {
  const turn = ({ column }: Item): number => (column === 1 ? -1 : column)
  return turn(one) - turn(other) || compare(one.order, other.order) || compare(one.id, other.id)
}

function groupItem({ id }: Group): Item {
  return { id, column: columns.sandbox, order: ` ${id}` }
}

function nodeItem(node: IsolationNode): Item {
  return { id: node.id, column: columns[node.kind], order: `${node.class ?? ''} ${node.kind}` }
}

function placeAt(column: number, row: number): Place {
  return {
    x: cell.margin + column * (cell.width + cell.columnGap),
    y: cell.margin + row * (cell.height + cell.rowGap),
    width: cell.width,
    height: cell.height,
    column,
    row,
  }
}

function freeRow(taken: ReadonlySet<string>, column: number, wanted: number): number {
  for (let distance = 0; ; distance += 1) {
    for (const row of [wanted + distance, wanted - distance]) {
      if (row >= 0 && !taken.has(`${column} ${row}`)) return row
    }
  }
}

function neighboursOf(edges: readonly FoldedEdge[]): Map<string, string[]> {
  const near = new Map<string, string[]>()
  const add = (one: string, other: string): void => {
    near.set(one, [...(near.get(one) ?? []), other])
  }
  for (const { from, to } of edges) {
    add(from, to)
    add(to, from)
  }
  return near
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** By code points: a locale would give each user another picture. */
function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0
}
