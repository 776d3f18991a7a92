import type { FoldedEdge, Group } from '#contract/graph/fold'
import type { Layout, Place } from '#contract/graph/layout'
import { styleOfStrength } from '#contract/graph/strengths'
import type { IsolationNode, Strength } from '#contract/isolation'
import type { IsolationClass } from '#contract/sandbox'
import { type BoxShape, boxShapes } from './node-shape.ts'

/** A node or group as a box at its place. */
export interface Box {
  readonly id: string
  readonly label: string
  readonly shape: BoxShape
  readonly class: IsolationClass | null
  /** Null for a group. */
  readonly node: IsolationNode | null
  readonly group: Group | null
  readonly x: number
  readonly y: number
}

/** An edge as a line from border to border. */
export interface Wire {
  readonly edge: FoldedEdge
  readonly path: string
  /** The head, as a triangle of its own: markers do not take the colour of their line in every engine. */
  readonly head: string
  readonly middle: { readonly x: number; readonly y: number }
  readonly strength: Strength
  readonly dash: string
  readonly width: number
}

export interface Scene {
  readonly boxes: readonly Box[]
  readonly wires: readonly Wire[]
  readonly width: number
  readonly height: number
}

export const box = { width: 160, height: 46, gap: 62, margin: 20 } as const

/** How far a line within one column swings out. */
const swing = 60

/** Turns places into shapes. Columns that nothing stands in are left out, so that the words stay large. */
export function makeScene(layout: Layout): Scene {
  const places = [...layout.places.values()]
  const used = [...new Set(places.map(({ column }) => column))].sort((a, b) => a - b)
  const at = (place: Place): { x: number; y: number } => ({
    x: box.margin + used.indexOf(place.column) * (box.width + box.gap),
    y: box.margin + place.row * (box.height + 18),
  })
  const boxes = [
    ...layout.groups.flatMap((group) => toBox(layout, group.id, { node: null, group, label: group.label }, at)),
    ...layout.nodes.flatMap((node) => toBox(layout, node.id, { node, group: null, label: node.label }, at)),
  ]
  const byId = new Map(boxes.map((each) => [each.id, each]))
  const wires = layout.edges.flatMap((edge) => {
    const [from, to] = [byId.get(edge.from), byId.get(edge.to)]
    return from && to ? [toWire(edge, from, to)] : []
  })
  const swings = wires.some(({ edge }) => byId.get(edge.from)?.x === byId.get(edge.to)?.x) ? swing : 0
  return {
    boxes: boxes.sort((a, b) => a.x - b.x || a.y - b.y),
    wires: wires.sort((a, b) => a.width - b.width),
    width: swings + box.margin + Math.max(box.width, ...boxes.map(({ x }) => x + box.width)),
    height: box.margin + Math.max(box.height, ...boxes.map(({ y }) => y + box.height)),
  }
}

type What = Pick<Box, 'node' | 'group' | 'label'>

function toBox(layout: Layout, id: string, what: What, at: (place: Place) => { x: number; y: number }): Box[] {
  const place = layout.places.get(id)
  if (!place) return []
  const shape = what.node ? boxShapes[what.node.kind] : 'stack'
  return [{ id, shape, class: what.node?.class ?? null, ...what, ...at(place) }]
}

function toWire(edge: FoldedEdge, from: Box, to: Box): Wire {
  const { dash, width } = styleOfStrength(edge.strength)
  const { path, head, middle } = curve(from, to)
  return { edge, path, head, middle, strength: edge.strength, dash, width }
}

/** From the side that looks at the other; within one column around the right side. */
function curve(from: Box, to: Box): Pick<Wire, 'path' | 'head' | 'middle'> {
  const [y1, y2] = [from.y + box.height / 2, to.y + box.height / 2]
  const headLength = 8
  if (from.x === to.x) {
    const x = from.x + box.width
    const bend = Math.min(swing, 24 + Math.abs(y2 - y1) / 6)
    return {
      path: `M${x} ${y1}C${x + bend} ${y1} ${x + bend} ${y2} ${x + headLength} ${y2}`,
      head: `M${x} ${y2}l${headLength} -4v8z`,
      middle: { x: x + bend * 0.72, y: (y1 + y2) / 2 },
    }
  }
  const side = to.x > from.x ? 1 : -1
  const x1 = side > 0 ? from.x + box.width : from.x
  const x2 = side > 0 ? to.x : to.x + box.width
  const end = x2 - side * headLength
  const bend = side * Math.max(24, Math.abs(end - x1) * 0.45)
  return {
    path: `M${x1} ${y1}C${x1 + bend} ${y1} ${end - bend} ${y2} ${end} ${y2}`,
    head: `M${x2} ${y2}l${-side * headLength} -4v8z`,
    middle: { x: (x1 + end) / 2, y: (y1 + y2) / 2 },
  }
}
