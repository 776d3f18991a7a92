import type { TreeNode } from './family.ts'

export const card = { width: 216, height: 66, gapX: 34, gapY: 40, margin: 22, gutter: 74 } as const

/** Where the image's and a sandbox's shape begin and end in the height of a card. */
export const imageEdges = { top: 13, bottom: 53 } as const
export const headEdges = { top: 8, bottom: 58 } as const

/** A node at its place. Rows are steps in time, columns are branches. */
export interface Placed {
  readonly node: TreeNode
  readonly row: number
  readonly column: number
  readonly x: number
  readonly y: number
  /** Steps from the image, which is 1. */
  readonly level: number
}

export interface TreeLayout {
  /** By row, then by column: the order in which a reader meets them. */
  readonly placed: readonly Placed[]
  readonly byKey: ReadonlyMap<string, Placed>
  readonly childrenOf: ReadonlyMap<string, readonly string[]>
  readonly links: readonly { readonly from: Placed; readonly to: Placed; readonly path: string }[]
  readonly width: number
  readonly height: number
}

/**
 * Places a family. No older node stands below a younger one, a parent always stands above its children, and what sandboxes
 * are now stands in the last row. The order of what comes in makes no difference. Links run between the rows and in the
 * column of the child, so they cross no card.
 */
export function layoutTree(nodes: readonly TreeNode[]): TreeLayout {
  const ordered = inOrder(nodes)
  const byNode = new Map(ordered.map((node) => [node.key, node]))
  const childrenOf = groupChildren(ordered, byNode)
  const rows = assignRows(ordered, byNode)
  const columns = assignColumns(ordered, { childrenOf, rows, byNode })
  const levels = new Map<string, number>()
  const placed = ordered.map((node): Placed => {
    const [row, column] = [rows.get(node.key) ?? 0, columns.get(node.key) ?? 0]
    const level = (levels.get(node.parentKey ?? '') ?? 0) + 1
    levels.set(node.key, level)
    return { node, row, column, level, ...toPlace(row, column) }
  })
  placed.sort((a, b) => a.row - b.row || a.column - b.column)
  const byKey = new Map(placed.map((each) => [each.node.key, each]))
  const links = placed.flatMap((to) => {
    const from = byKey.get(to.node.parentKey ?? '')
    return from ? [{ from, to, path: drawLink(from, to) }] : []
  })
  const last = toPlace(Math.max(0, ...placed.map(({ row }) => row)), Math.max(0, ...placed.map(({ column }) => column)))
  const { margin } = card
  return {
    ...{ placed, byKey, childrenOf, links },
    ...{ width: last.x + card.width + margin, height: last.y + card.height + margin },
  }
}

function toPlace(row: number, column: number): { readonly x: number; readonly y: number } {
  const { margin, gutter, width, height, gapX, gapY } = card
  return { x: margin + gutter + column * (width + gapX), y: margin + row * (height + gapY) }
}

/** When a node was; what is now, is after all. */
function timeOf(node: TreeNode): string {
  if (node.kind === 'image') return ''
  return node.kind === 'head' ? '~' : node.snapshot.createdAt
}

/** Oldest first, parents always before their children, even where a clock went back or parents make a ring. */
function inOrder(nodes: readonly TreeNode[]): TreeNode[] {
  const byKey = new Map(nodes.map((node) => [node.key, node]))
  const done = new Set<string>()
  const ordered: TreeNode[] = []
  const sorted = nodes.toSorted((a, b) => compare(timeOf(a), timeOf(b)) || compare(ageOf(a), ageOf(b)))
  for (const node of sorted) {
    const line: TreeNode[] = []
    const inLine = new Set<string>()
    for (let each: TreeNode | undefined = node; each && !done.has(each.key) && !inLine.has(each.key); ) {
      line.push(each)
      inLine.add(each.key)
      each = byKey.get(each.parentKey ?? '')
    }
    for (const each of line.reverse()) {
      done.add(each.key)
      ordered.push(each)
    }
  }
  return ordered
}

function ageOf(node: TreeNode): string {
  return node.kind === 'head' ? `${node.sandbox.createdAt} ${node.key}` : node.key
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}

/**
 * The one that goes on in the column of its parent comes first: what leads to the sandbox that
 * is looked at; then what is of the same sandbox, then the oldest.
 */
function groupChildren(
  ordered: readonly TreeNode[],
  byNode: ReadonlyMap<string, TreeNode>,
): ReadonlyMap<string, readonly string[]> {
  const children = new Map<string, string[]>()
  const seen = new Set<string>()
  for (const { key, parentKey } of ordered) {
    // Only what came before counts as a parent, so that a ring is cut where it was entered.
    if (parentKey !== null && seen.has(parentKey)) children.set(parentKey, [...(children.get(parentKey) ?? []), key])
    seen.add(key)
  }
  const spine = spineOf(ordered, byNode)
  for (const [parentKey, keys] of children) {
    const owner = ownerOf(byNode.get(parentKey))
    const rank = (key: string): number => {
      if (spine.has(key)) return 0
      return owner !== null && ownerOf(byNode.get(key)) !== owner ? 2 : 1
    }
    keys.sort((a, b) => rank(a) - rank(b))
  }
  return children
}

/** From the sandbox that is looked at up to the image. */
function spineOf(ordered: readonly TreeNode[], byNode: ReadonlyMap<string, TreeNode>): ReadonlySet<string> {
  const spine = new Set<string>()
  for (let each = ordered.find((node) => node.kind === 'head' && node.own); each && !spine.has(each.key); ) {
    spine.add(each.key)
    each = byNode.get(each.parentKey ?? '')
  }
  return spine
}

/** The sandbox that a node is of. */
function ownerOf(node: TreeNode | undefined): string | null {
  if (node?.kind === 'snapshot') return node.snapshot.sandboxId
  return node?.kind === 'head' ? node.sandbox.id : null
}

function assignRows(ordered: readonly TreeNode[], byNode: ReadonlyMap<string, TreeNode>): Map<string, number> {
  const rows = new Map<string, number>()
  let row = 0
  for (const { key, kind, parentKey } of ordered) {
    if (kind === 'head') continue
    const above = byNode.has(parentKey ?? '') ? rows.get(parentKey ?? '') : undefined
    row = Math.max(row, (above ?? -1) + 1)
    rows.set(key, row)
  }
  for (const { key, kind } of ordered) if (kind === 'head') rows.set(key, row + 1)
  return rows
}

interface Structure {
  readonly childrenOf: ReadonlyMap<string, readonly string[]>
  readonly rows: ReadonlyMap<string, number>
  readonly byNode: ReadonlyMap<string, TreeNode>
}

/**
 * A line of first children is a branch and has one column from the row of its parent to its own last one. Branches are
 * taken from the latest fork to the earliest, each in the first column to the right that is free: so they do not cross
 * where that can be avoided, and what has ended leaves its column to others.
 */
function assignColumns(ordered: readonly TreeNode[], structure: Structure): Map<string, number> {
  const { childrenOf, rows } = structure
  const columns = new Map<string, number>()
  const taken: { readonly from: number; readonly to: number }[][] = []
  const hasParent = new Set([...childrenOf.values()].flat())
  const waiting = ordered
    .filter(({ key }) => !hasParent.has(key))
    .map(({ key }) => ({ start: key, right: 0, from: -1 }))
  waiting.reverse()
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { start, right, from } = next
    const branch = branchFrom(start, childrenOf)
    const to = rows.get(branch.at(-1) ?? start) ?? 0
    let column = right
    while (taken[column]?.some((other) => other.from < to && from < other.to)) column++
    taken[column] = [...(taken[column] ?? []), { from, to }]
    for (const key of branch) columns.set(key, column)
    // A stack: pushed from the earliest fork to the latest, and of one fork from the last child to the second.
    for (const key of branch) {
      const others = (childrenOf.get(key) ?? []).slice(1).toReversed()
      waiting.push(...others.map((other) => ({ start: other, right: column + 1, from: rows.get(key) ?? 0 })))
    }
  }
  return columns
}

function branchFrom(start: string, childrenOf: Structure['childrenOf']): string[] {
  const branch = [start]
  for (let next = childrenOf.get(start)?.[0]; next !== undefined; next = childrenOf.get(next)?.[0]) branch.push(next)
  return branch
}

/** Straight down in one column; else to the side between the rows, then down in the column of the child. */
function drawLink(from: Placed, to: Placed): string {
  const { width, height, gapY } = card
  const below = from.node.kind === 'image' ? height - imageEdges.bottom : 0
  const [x1, y1] = [from.x + width / 2, from.y + height - below]
  const [x2, y2] = [to.x + width / 2, to.y + (to.node.kind === 'head' ? headEdges.top : 0)]
  if (x1 === x2) return `M${x1} ${y1}V${y2}`
  const bend = below + gapY / 2
  const radius = 12
  const side = x2 > x1 ? 1 : -1
  return `M${x1} ${y1}v${bend - radius}q0 ${radius} ${side * radius} ${radius}H${x2 - side * radius}q${side * radius} 0 ${side * radius} ${radius}V${y2}`
}
