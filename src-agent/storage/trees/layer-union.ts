import { existsSync } from 'node:fs'
import { appError } from '#contract/app-error'
import type { LayerSource, TreeNode } from '../layers/tree-view.ts'
import type { AttributeReader } from './attribute-reader.ts'
import { openDiskReader } from './disk-reader.ts'
import { openFolderReader } from './folder-reader.ts'
import type { LayerReader, RawNode } from './layer-reader.ts'

/** What reading trees needs of the agent. Made once, so that what does not change is read once. */
export interface TreeTools {
  readonly attributes: AttributeReader
  /** Whether a folder is one that nobody changes any more. */
  isFrozen(path: string): boolean
}

/** Numbers of the layers that show something in one folder, the topmost first. */
export type Stack = readonly number[]

/** A node, and the layers that show something in it where it is a folder. */
export interface Place {
  readonly node: RawNode
  readonly stack: Stack
}

/**
 * Layers, and what overlayfs makes of them (https://docs.kernel.org/filesystems/overlayfs.html): a device 0:0 hides what is
 * below; so does a file, a folder what is no folder, and a folder that is marked as opaque all that is in those below.
 */
export interface LayerUnion {
  readonly readers: readonly LayerReader[]
  /** By the rules of `ovl_lookup`: only layers that show the folder above are asked. */
  lookUp(path: string, stack: Stack): Promise<Place | null>
  /** From the root on; `stack` is that of the root. */
  find(path: string, stack: Stack): Promise<Place | null>
  /** What is in a folder, for each of the stacks that it has; only names that are wanted. */
  list(
    path: string,
    stacks: readonly Stack[],
    isWanted?: (name: string) => boolean,
  ): Promise<ReadonlyMap<string, Place>[]>
  close(): Promise<void>
}

export async function openUnion(sources: readonly LayerSource[], tools: TreeTools): Promise<LayerUnion> {
  const readers = await openReaders(sources, tools)

  const lookUp = async (path: string, stack: Stack): Promise<Place | null> => {
    let top: RawNode | null = null
    const shown: number[] = []
    for (const source of stack) {
      const node = await readers[source]?.stat(path)
      if (!node) continue
      if (node.isWhiteout || (top !== null && node.kind !== 'folder')) break
      top ??= node
      shown.push(source)
      // Overlayfs does not look for the mark of a root.
      if (node.kind !== 'folder' || (node.isOpaque && path !== '')) break
    }
    return top && { node: top, stack: shown }
  }
  return {
    readers,
    lookUp,
    async find(path, stack) {
      let place = await lookUp('', stack)
      for (let at = 0; place !== null && path !== '' && at <= path.length; ) {
        const slash = path.indexOf('/', at)
        const end = slash < 0 ? path.length : slash
        if (place.node.kind !== 'folder' || !isName(path.slice(at, end))) return null
        place = await lookUp(path.slice(0, end), place.stack)
        at = end + 1
      }
      return place
    },
    async list(path, stacks, isWanted = () => true) {
      const merged = stacks.map(() => new Map<string, Merging>())
      for (const source of new Set(stacks.flat().sort((one, other) => one - other))) {
        const own = merged.filter((_names, index) => stacks[index]?.includes(source))
        const isSettled = (name: string) => !isWanted(name) || own.every((names) => names.get(name)?.isSettled ?? false)
        for (const [name, node] of (await readers[source]?.list(path, isSettled)) ?? []) {
          for (const names of own) merge(names, name, node, source)
        }
      }
      return merged.map(toPlaces)
    },
    async close() {
      await Promise.all(readers.map((reader) => reader.close()))
    },
  }
}

/** Between being found and being opened, a layer may become a snapshot's, or be merged with another. */
async function openReaders(sources: readonly LayerSource[], tools: TreeTools): Promise<LayerReader[]> {
  try {
    return await openEach(sources, tools)
  } catch (error) {
    if (sources.every(({ path }) => existsSync(path))) throw error
    throw appError('tree-moved', {}, { cause: error as Error })
  }
}

async function openEach(sources: readonly LayerSource[], tools: TreeTools): Promise<LayerReader[]> {
  const folders = sources
    .flatMap((source) => (source.kind === 'folder' ? [source.path] : []))
    .map((path) => ({ path, isFrozen: tools.isFrozen(path) }))
  const attributes = (await tools.attributes.open(folders)).values()
  const readers: LayerReader[] = []
  try {
    for (const source of sources) {
      if (source.kind === 'disk') readers.push(await openDiskReader(source))
      else {
        const own = attributes.next().value
        if (own) readers.push(openFolderReader(source.path, own))
      }
    }
    return readers
  } catch (error) {
    await Promise.all(readers.map((reader) => reader.close()))
    throw error
  }
}

interface Merging {
  /** Null: hidden. */
  readonly node: RawNode | null
  readonly stack: number[]
  isSettled: boolean
}

function merge(merged: Map<string, Merging>, name: string, node: RawNode, source: number): void {
  const known = merged.get(name)
  const isFolder = node.kind === 'folder'
  if (known === undefined) {
    const shown = node.isWhiteout ? null : node
    merged.set(name, { node: shown, stack: [source], isSettled: !isFolder || node.isOpaque })
  } else if (known.isSettled) return
  else if (!isFolder) known.isSettled = true
  else {
    known.stack.push(source)
    known.isSettled = node.isOpaque
  }
}

function toPlaces(merged: ReadonlyMap<string, Merging>): ReadonlyMap<string, Place> {
  const places = new Map<string, Place>()
  for (const [name, { node, stack }] of merged) if (node) places.set(name, { node, stack })
  return places
}

/** Field by field: a folder may have a hundred thousand of them. Its layer is counted from the tree's own topmost. */
export function toNode({ node, stack }: Place, root: Stack): TreeNode {
  const { kind, size, mode, uid, gid, mtimeNs, major, minor, links, target } = node
  const source = root.indexOf(stack[0] ?? 0)
  const identity = `${source}:${node.inode}`
  return { kind, size, mode, uid, gid, mtimeNs, major, minor, links, identity, target, source }
}

function isName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !name.includes('\0')
}

/** By bytes: each character of the names is one. */
export function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1
}
