import { type IndexEntry, isOpaque, isWhiteout } from './layer-index.ts'

/** What one layer gives to a merged one. Paths are latin1, relative to the tree, '' is the root. */
export interface MergePart {
  readonly folders: readonly string[]
  /** One name of each file. */
  readonly copies: readonly string[]
  /** Further names, and the one that the file is copied under. */
  readonly links: readonly (readonly [path: string, of: string])[]
}

export interface MergePlan {
  /** One for each layer of the chain, in its order. */
  readonly parts: readonly MergePart[]
  /** Folders that must hide what is below although their own layer did not say so. */
  readonly opaque: readonly IndexEntry[]
}

interface Node {
  readonly layer: number
  readonly entry: IndexEntry
  /** Of folders. */
  readonly isOpaque: boolean
  readonly children: Map<string, Node> | null
}

/**
 * What a chain of layers, the topmost first, shows over anything that may lie below it. A deletion stays, since there may be
 * something to delete, unless nothing from below shows there anyway: in a folder without anything below, overlayfs would list it.
 */
export function planMerge(chain: readonly (readonly IndexEntry[])[]): MergePlan {
  let root: Node | null = null
  for (const [index, entries] of [...chain.entries()].reverse()) root = applyLayer(root, index, resolveLinks(entries))
  const parts = chain.map(() => ({ folders: [] as string[], copies: [] as string[], links: [] as [string, string][] }))
  const opaque: IndexEntry[] = []
  const firstNames = new Map<string, string>()
  if (root !== null) {
    for (const { path, node } of walk(root)) {
      const part = parts[node.layer]
      if (part === undefined) continue
      if (node.children !== null) {
        part.folders.push(path)
        if (node.isOpaque && !isOpaque(node.entry)) opaque.push({ ...node.entry, path })
        continue
      }
      const file = `${node.layer} ${node.entry.linkTo || node.entry.path}`
      const first = firstNames.get(file)
      if (first !== undefined) part.links.push([path, first])
      else part.copies.push(path)
      firstNames.set(file, first ?? path)
    }
  }
  return { parts, opaque }
}

/** A further name of a file says only which; here it is that file again. */
function resolveLinks(entries: readonly IndexEntry[]): IndexEntry[] {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]))
  return entries.map((entry) => {
    const first = entry.linkTo === '' ? undefined : byPath.get(entry.linkTo)
    return first === undefined ? entry : { ...first, path: entry.path, linkTo: entry.linkTo }
  })
}

function applyLayer(below: Node | null, layer: number, entries: readonly IndexEntry[]): Node | null {
  let root = below
  for (const entry of entries) {
    const names = entry.path.split('/')
    if (names[0] !== 'tree') continue
    const name = names.at(-1) ?? ''
    if (names.length === 1) {
      root = toNode(entry, layer, root ?? undefined)
      continue
    }
    let folder = root
    for (const step of names.slice(1, -1)) folder = folder?.children?.get(step) ?? null
    if (!folder?.children) throw new Error('The index of a layer names something before its folder.')
    folder.children.set(name, toNode(entry, layer, folder.children.get(name)))
  }
  return root
}

function toNode(entry: IndexEntry, layer: number, below: Node | undefined): Node {
  if (entry.kind !== 'd') return { layer, entry, isOpaque: false, children: null }
  if (isOpaque(entry) || below === undefined) return { layer, entry, isOpaque: isOpaque(entry), children: new Map() }
  // Over a file or a deletion nothing from further below may show.
  if (below.children === null) return { layer, entry, isOpaque: true, children: new Map() }
  return { layer, entry, isOpaque: below.isOpaque, children: below.children }
}

/** Parents first. */
function* walk(root: Node): Generator<{ readonly path: string; readonly node: Node }> {
  const left = [{ path: '', node: root, isClosed: false }]
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { path, node } = next
    const isClosed = next.isClosed || node.isOpaque
    if (node.children === null && next.isClosed && isWhiteout(node.entry)) continue
    yield { path, node }
    for (const [name, child] of node.children ?? []) {
      left.push({ path: path === '' ? name : `${path}/${name}`, node: child, isClosed })
    }
  }
}
