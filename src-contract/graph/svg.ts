import type { IsolationNode, IsolationView, NodeKind, Strength } from '../isolation.ts'
import type { FoldedEdge, Group } from './fold.ts'
import { type Layout, layoutGraph, type Place } from './layout.ts'
import { styleOfStrength, whatWords } from './strengths.ts'
import { describeGraph } from './text.ts'

/** Colours of the two themes. Each strength has its own, and beside it a dash, a width and a word. */
const themes = {
  light: {
    background: '#ffffff',
    text: '#1a1f24',
    faint: '#57606a',
    box: '#f6f8fa',
    line: '#8c959f',
    strength: {
      bounded: '#1a7f37',
      filtered: '#0a6c74',
      readable: '#0969da',
      reachable: '#6639ba',
      shared: '#7d4e00',
      writable: '#bc4c00',
      total: '#cf222e',
    },
  },
  dark: {
    background: '#0d1117',
    text: '#e6edf3',
    faint: '#9198a1',
    box: '#161b22',
    line: '#656c76',
    strength: {
      bounded: '#3fb950',
      filtered: '#39c5cf',
      readable: '#58a6ff',
      reachable: '#bc8cff',
      shared: '#d29922',
      writable: '#f0883e',
      total: '#ff7b72',
    },
  },
} as const satisfies Record<string, { strength: Record<Strength, string>; [colour: string]: unknown }>

export type SvgTheme = keyof typeof themes
type Theme = (typeof themes)[SvgTheme]

export interface SvgOptions {
  readonly theme?: SvgTheme
  /** One that is on the screen already; else it is laid out here. */
  readonly layout?: Layout
}

const headHeight = 64
/** Edges between two in the last column bow out beyond it. */
const bowWidth = 80
const legendHeight = 48

/** The graph as a picture that stands alone: no script, no font and no file from elsewhere. */
export function renderSvg(
  view: IsolationView,
  { theme: name = 'light', layout = layoutGraph(view) }: SvgOptions = {},
): string {
  const theme = themes[name]
  const width = Math.max(layout.width + bowWidth, 960)
  const height = layout.height + headHeight + legendHeight
  const edges = layout.edges.filter(isDrawn)
  const lanes = countLanes(edges)
  const limits = missingLimits(layout.edges)
  const count = view.sandboxes.length
  const title = `Isolation of ${count} sandbox${count === 1 ? '' : 'es'}, score ${view.score.value} of 100`
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img"`,
    ` font-family="system-ui, sans-serif" font-size="13" fill="${theme.text}">`,
    `<title>${escapeXml(title)}</title><desc>${escapeXml([`Observed at ${view.at}.`, ...describeGraph(view)].join(' '))}</desc>`,
    `<rect width="100%" height="100%" fill="${theme.background}"/>`,
    text(24, 32, title, { size: 18, weight: 600 }),
    text(24, 52, `Observed at ${view.at}`, { fill: theme.faint }),
    `<g transform="translate(0 ${headHeight})">`,
    ...edges.map((edge) => drawEdge(edge, layout, theme, lanes.get(edge.id) ?? 0)),
    ...layout.groups.map((group) => drawGroup(group, layout.places.get(group.id), theme)),
    ...layout.nodes.map((node) => drawNode(node, layout.places.get(node.id), theme, limits.get(node.id) ?? [])),
    '</g>',
    drawLegend(height - legendHeight, theme),
    '</svg>\n',
  ].join('')
}

const resources: ReadonlySet<string> = new Set(['memory', 'cpu', 'pids'])

/** What is so for every sandbox is said below the picture, and a missing limit in the box: lines would hide the rest. */
function isDrawn({ from, to, what }: FoldedEdge): boolean {
  return !resources.has(what) && !(from === 'agent' && what === 'control' && to !== 'host-kernel')
}

function missingLimits(edges: readonly FoldedEdge[]): Map<string, string[]> {
  const missing = new Map<string, string[]>()
  for (const { from, what } of edges.filter((edge) => resources.has(edge.what))) {
    missing.set(from, [...(missing.get(from) ?? []), what])
  }
  return missing
}

/** Several edges between the same two lie side by side. */
function countLanes(edges: readonly FoldedEdge[]): Map<string, number> {
  const used = new Map<string, number>()
  return new Map(
    edges.map(({ id, from, to }) => {
      const pair = from < to ? `${from} ${to}` : `${to} ${from}`
      const lane = used.get(pair) ?? 0
      used.set(pair, lane + 1)
      return [id, lane]
    }),
  )
}

function drawEdge(edge: FoldedEdge, { places }: Layout, theme: Theme, lane: number): string {
  const [from, to] = [places.get(edge.from), places.get(edge.to)]
  if (!from || !to) return ''
  const { dash, width, word } = styleOfStrength(edge.strength)
  const colour = theme.strength[edge.strength]
  const shift = (lane % 2 === 0 ? 1 : -1) * Math.ceil(lane / 2) * 7
  const forward = from.column <= to.column
  const x1 = forward ? from.x + from.width : from.x
  const x2 = forward && from.column < to.column ? to.x : to.x + to.width
  const y1 = from.y + from.height / 2 + shift
  const y2 = to.y + to.height / 2 + shift
  const bend = from.column === to.column ? 70 : Math.abs(x2 - x1) / 2
  const side = forward ? 1 : -1
  const back = from.column === to.column ? 1 : -side
  const path = `M${x1} ${y1} C${x1 + side * bend} ${y1} ${x2 + back * bend} ${y2} ${x2} ${y2}`
  const many = edge.edges.length > 1 ? ` × ${edge.edges.length}` : ''
  const label = `${whatWords[edge.what]}, ${word}${many}`
  const stroke = `fill="none" stroke="${colour}" stroke-width="${width}"${dash === '' ? '' : ` stroke-dasharray="${dash}"`}`
  const middle = text((x1 + x2) / 2, (y1 + y2) / 2 - 4 + lane * 18, label, { size: 10, fill: colour, anchor: 'middle' })
  const arrow = `<circle cx="${x2}" cy="${y2}" r="3.5" fill="${colour}"/>`
  return `<g><title>${escapeXml(`${edge.from} to ${edge.to}: ${label}`)}</title><path d="${path}" ${stroke}/>${arrow}${middle}</g>`
}

/** Each kind has a shape of its own, by how its corners are. */
const corners: Readonly<Record<NodeKind, number>> = {
  sandbox: 10,
  sentry: 24,
  guestKernel: 24,
  hypervisor: 4,
  hostKernel: 0,
  agent: 24,
  mount: 2,
  network: 24,
  port: 24,
  socket: 24,
  device: 2,
  outside: 16,
}

const kindWords: Readonly<Record<NodeKind, string>> = {
  sandbox: 'sandbox',
  sentry: 'application kernel',
  guestKernel: 'guest kernel',
  hypervisor: 'virtual machine',
  hostKernel: 'kernel of this machine',
  agent: 'agent',
  mount: 'folder of this machine',
  network: 'shared network',
  port: 'published port',
  socket: 'socket of this machine',
  device: 'device of this machine',
  outside: 'outside',
}

function drawNode(node: IsolationNode, place: Place | undefined, theme: Theme, missing: readonly string[]): string {
  if (!place) return ''
  const word = node.kind === 'sandbox' && node.class !== null ? node.class : kindWords[node.kind]
  return box(place, theme, {
    radius: corners[node.kind],
    stroke: node.kind === 'hostKernel' ? 2.5 : 1.2,
    label: node.label,
    word: missing.length === 0 ? word : `${word}, no limit: ${missing.join(', ')}`,
  })
}

function drawGroup(group: Group, place: Place | undefined, theme: Theme): string {
  if (!place) return ''
  const behind = { ...place, x: place.x + 5, y: place.y + 5 }
  const shape = { radius: 10, stroke: 1.2 }
  const words = { label: group.label, word: `${group.members.length} nodes` }
  return box(behind, theme, { ...shape, label: '', word: '' }) + box(place, theme, { ...shape, ...words })
}

interface BoxStyle {
  readonly radius: number
  readonly stroke: number
  /** Empty for the shape alone. */
  readonly label: string
  readonly word: string
}

function box(place: Place, theme: Theme, { radius, stroke, label, word }: BoxStyle): string {
  const { x, y, width, height } = place
  const shape = `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="${radius}" fill="${theme.box}" stroke="${theme.line}" stroke-width="${stroke}"/>`
  const title = label === '' ? '' : `<title>${escapeXml(`${label}, ${word}`)}</title>`
  const upper = text(x + 14, y + 20, shorten(label), { weight: 600 })
  return `<g>${title}${shape}${upper}${text(x + 14, y + 37, word, { size: word.length > 26 ? 9 : 11, fill: theme.faint })}</g>`
}

function drawLegend(y: number, theme: Theme): string {
  const strengths = Object.keys(theme.strength) as Strength[]
  const items = strengths.map((strength, index) => {
    const { dash, width, word } = styleOfStrength(strength)
    const x = 24 + index * 130
    const dashes = dash === '' ? '' : ` stroke-dasharray="${dash}"`
    const line = `<path d="M${x} ${y + 16} h34" stroke="${theme.strength[strength]}" stroke-width="${width}"${dashes}/>`
    return line + text(x + 42, y + 20, word, { size: 12 })
  })
  const note = text(24 + strengths.length * 130, y + 20, 'Joey\u2019s agent controls every sandbox.', {
    fill: theme.faint,
  })
  return `<g>${items.join('')}${note}</g>`
}

interface TextStyle {
  readonly size?: number
  readonly weight?: number
  readonly fill?: string
  readonly anchor?: string
}

function text(x: number, y: number, content: string, { size, weight, fill, anchor }: TextStyle = {}): string {
  if (content === '') return ''
  const attributes = [
    `x="${x}" y="${y}"`,
    size === undefined ? '' : ` font-size="${size}"`,
    weight === undefined ? '' : ` font-weight="${weight}"`,
    fill === undefined ? '' : ` fill="${fill}"`,
    anchor === undefined ? '' : ` text-anchor="${anchor}"`,
  ]
  return `<text ${attributes.join('')}>${escapeXml(content)}</text>`
}

const maxLabel = 24

/** The end of a path says more than its start. */
function shorten(label: string): string {
  if (label.length <= maxLabel) return label
  return label.startsWith('/') ? `…${label.slice(1 - maxLabel)}` : `${label.slice(0, maxLabel - 1)}…`
}

/** Labels hold paths and names that others chose. What XML cannot hold at all is left out. */
function escapeXml(content: string): string {
  return content
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}
