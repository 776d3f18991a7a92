import type { Answer } from '#contract/client/call-operation'
import type { FileKind, measureFiles } from '#contract/files'
import { joinPath } from '../base/relative-path.ts'
import type { TreeEntry, TreeView } from '../storage/layers/tree-view.ts'
import { toText } from './tree-paths.ts'

type Sizes = Omit<Answer<typeof measureFiles>, 'path'>

interface Sum {
  readonly kind: FileKind
  bytes: number
  files: number
}

/** Of smaller files the holes are not looked for. */
const holesFrom = 1024 * 1024
/** The sums are of all; nobody looks at more than the largest. */
const mostEntries = 10_000

/** The sizes of the entries of a folder, with all that is below. A file with several names counts where it is met first. */
export async function measureTree(view: TreeView, path: string, signal: AbortSignal): Promise<Sizes> {
  const sums = new Map<string, Sum>()
  const met = new Set<string>()
  for await (const entry of view.walk(path, signal)) {
    const sum = sumOf(sums, entry)
    const { node } = entry
    if (node.kind === 'folder') continue
    sum.files += 1
    if (node.links > 1 && met.has(node.identity)) continue
    if (node.links > 1) met.add(node.identity)
    sum.bytes = add(sum.bytes, await bytesOf(view, joinPath(path, entry.path), entry))
  }
  const entries = [...sums].map(([name, { kind, bytes, files }]) => ({ name: toText(name), kind, bytes, files }))
  entries.sort((a, b) => b.bytes - a.bytes)
  const files = entries.reduce((sum, each) => sum + each.files, 0)
  const bytes = entries.reduce((sum, each) => add(sum, each.bytes), 0)
  return { bytes, files, entries: entries.slice(0, mostEntries) }
}

/** A guest may make files of any size out of nothing. */
function add(one: number, other: number): number {
  return Math.min(Number.MAX_SAFE_INTEGER, one + other)
}

/** Of the entry of the folder that the thing is in. Parents come first, so its own kind is that of a first part. */
function sumOf(sums: Map<string, Sum>, { path, node }: TreeEntry): Sum {
  const at = path.indexOf('/')
  const first = at < 0 ? path : path.slice(0, at)
  const known = sums.get(first)
  if (known) return known
  const sum: Sum = { kind: at < 0 ? node.kind : 'folder', bytes: 0, files: 0 }
  sums.set(first, sum)
  return sum
}

async function bytesOf(view: TreeView, path: string, { node }: TreeEntry): Promise<number> {
  if (node.kind !== 'file') return 0
  if (node.size < holesFrom) return node.size
  const file = await view.open(path).catch(() => null)
  if (file === null) return node.size
  try {
    return (await file.parts()).reduce((sum, { length }) => sum + length, 0)
  } catch {
    return node.size
  } finally {
    await file.close()
  }
}
