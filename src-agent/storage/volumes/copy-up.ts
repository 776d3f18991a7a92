import { joinPath, parentOf } from '../../base/relative-path.ts'
import type { TreeFile, TreeNode, TreeView } from '../layers/tree-view.ts'
import type { Content, Part, TarEntry } from '../tar/read-entries.ts'
import { bodyOf, endOfTar, headOf } from '../tar/write-entry.ts'

const mostLinks = 40
const readBytes = 256 * 1024

/** Where a path inside leads to, links on the way resolved within the tree; null where no folder is there, or the root. */
export async function findFolder(view: Pick<TreeView, 'stat'>, target: string): Promise<string | null> {
  const left = partsOf(target)
  let at = ''
  let links = 0
  for (let name = left.pop(); name !== undefined; name = left.pop()) {
    if (name === '.') continue
    if (name === '..') {
      at = parentOf(at)
      continue
    }
    const next = joinPath(at, name)
    const node = await view.stat(next)
    if (node?.kind === 'link') {
      links += 1
      const to = node.target ?? ''
      if (links > mostLinks) return null
      if (to.startsWith('/')) at = ''
      left.push(...partsOf(to))
    } else if (node?.kind === 'folder') at = next
    else return null
  }
  return at === '' ? null : at
}

/** The last comes first. */
function partsOf(path: string): string[] {
  return path
    .split('/')
    .filter((part) => part !== '')
    .reverse()
}

/** The folder itself, as an entry that is the root. */
export async function rootEntry(view: TreeView, folder: string): Promise<TarEntry | null> {
  const node = await view.stat(folder)
  return node === null ? null : entryOf(view, folder, { path: '', node })
}

/** A folder with all that is in it as a tar stream, for what unpacks. Devices and sockets are no content, and stay out. */
export async function* packFolder(view: TreeView, folder: string, signal: AbortSignal): AsyncGenerator<Buffer> {
  const root = await rootEntry(view, folder)
  if (root !== null) yield headOf(root, { sparse: true })
  const firstNames = new Map<string, string>()
  for await (const { path, node } of view.walk(folder, signal)) {
    const from = joinPath(folder, path)
    const first = node.links > 1 && node.kind === 'file' ? firstNames.get(node.identity) : undefined
    if (first !== undefined) yield headOf({ ...plain(path, node), type: '1', link: first }, { sparse: true })
    else if (node.kind === 'file') {
      firstNames.set(node.identity, path)
      yield* packFile(view, from, { path, node })
    } else {
      const entry = await entryOf(view, from, { path, node })
      if (entry !== null) yield headOf(entry, { sparse: true })
    }
  }
  yield endOfTar
}

async function* packFile(view: TreeView, from: string, named: Named): AsyncGenerator<Buffer> {
  const file = await view.open(from)
  try {
    const parts = withEnd(await file.parts(), named.node.size)
    const stored = parts.reduce((sum, { length }) => sum + length, 0)
    const isWhole = stored === named.node.size
    const entry = {
      ...plain(named.path, named.node),
      attributes: await view.attributes(from),
      size: named.node.size,
      parts: isWhole ? null : parts,
      stored,
    }
    yield headOf(entry, { sparse: true })
    yield* bodyOf(entry, readParts(file, parts), { sparse: true })
  } finally {
    await file.close()
  }
}

/** A file that ends with a hole has an empty part there. */
function withEnd(parts: readonly Part[], size: number): Part[] {
  const last = parts.at(-1)
  const isEnded = last !== undefined && last.start + last.length === size
  return isEnded || size === 0 ? [...parts] : [...parts, { start: size, length: 0 }]
}

async function* readParts(file: TreeFile, parts: readonly Part[]): Content {
  for (const { start, length } of parts) {
    for (let done = 0; done < length; ) {
      const bytes = await file.read(start + done, Math.min(readBytes, length - done))
      // It never changes, so this is a damaged image.
      if (bytes.length === 0) throw new Error('A file of an image is shorter than it says.')
      done += bytes.length
      yield bytes
    }
  }
}

interface Named {
  readonly path: string
  readonly node: TreeNode
}

async function entryOf(
  view: Pick<TreeView, 'attributes'>,
  from: string,
  { path, node }: Named,
): Promise<TarEntry | null> {
  switch (node.kind) {
    case 'folder':
      return { ...plain(path, node), type: '5', attributes: await view.attributes(from) }
    case 'link':
      return { ...plain(path, node), type: '2', link: node.target ?? '', attributes: await view.attributes(from) }
    case 'fifo':
      return { ...plain(path, node), type: '6', attributes: await view.attributes(from) }
    default:
      return null
  }
}

/** An empty file of that name. */
function plain(path: string, { mode, uid, gid, mtimeNs }: TreeNode): TarEntry {
  const nothing = { major: 0, minor: 0, attributes: [], size: 0, parts: null, stored: 0 }
  return { path, type: '0', link: '', mode, uid, gid, mtimeNs, ...nothing }
}
