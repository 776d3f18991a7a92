import { appError } from '#contract/app-error'
import { toPathText } from '#contract/guest-path-text'
import { startTurn } from '../../base/async/yield-turn.ts'
import type { Run } from '../../base/process/run.ts'
import { joinPath } from '../../base/relative-path.ts'
import type { LayerSource, TreeView } from '../layers/tree-view.ts'
import { createAttributeReader } from './attribute-reader.ts'
import { byName, type LayerUnion, openUnion, type Place, type Stack, type TreeTools, toNode } from './layer-union.ts'

export function createTreeTools(run: Run, isFrozen: (path: string) => boolean): TreeTools {
  return { attributes: createAttributeReader(run), isFrozen }
}

/** As much as the kernel takes as one path. Deeper folders can be made, and are of no use but to tire who reads them. */
const longestPath = 4096

/**
 * Opens the union of layers, the topmost first. A view is meant for one piece of work; what a guest changes meanwhile may
 * show or not. The caller closes it.
 */
export async function openTreeView(sources: readonly LayerSource[], tools: TreeTools): Promise<TreeView> {
  const union = await openUnion(sources, tools)
  return viewOf(
    union,
    sources.map((_source, index) => index),
  )
}

/** The tree that some of the layers make. */
export function viewOf(union: LayerUnion, root: Stack): TreeView {
  const { readers } = union
  const node = (place: Place) => toNode(place, root)
  const folderAt = async (path: string): Promise<Place> => {
    const place = await union.find(path, root)
    if (place?.node.kind !== 'folder') throw noSuch('folder', path)
    return place
  }
  const list: List = async (path, stack) => [...((await union.list(path, [stack]))[0] ?? [])].sort(byName)

  return {
    async stat(path) {
      const place = await union.find(path, root)
      return place && node(place)
    },
    async list(path) {
      return (await list(path, (await folderAt(path)).stack)).map(([name, place]) => ({
        path: name,
        node: node(place),
      }))
    },
    async *walk(path, signal) {
      const top = await folderAt(path)
      for await (const [below, place] of walk(list, { path, place: top }, signal))
        yield { path: below, node: node(place) }
    },
    async open(path) {
      const place = await union.find(path, root)
      const source = place?.node.kind === 'file' ? place.stack[0] : undefined
      const file = source === undefined ? null : await readers[source]?.open(path)
      if (!file || source === undefined) throw noSuch('file', path)
      return { ...file, node: node({ node: file.node, stack: [source] }) }
    },
    async attributes(path) {
      const source = (await union.find(path, root))?.stack[0]
      return (source === undefined ? undefined : await readers[source]?.attributes(path)) ?? []
    },
    close: () => union.close(),
  }
}

type List = (path: string, stack: Stack) => Promise<(readonly [string, Place])[]>

/** Parents first, siblings by name; paths from where it began. */
async function* walk(
  list: List,
  from: { readonly path: string; readonly place: Place },
  signal: AbortSignal,
): AsyncGenerator<readonly [path: string, place: Place]> {
  const turn = startTurn()
  const enter = async (path: string, { stack }: Place) => {
    const whole = requireShort(joinPath(from.path, path))
    return { path, entries: (await list(whole, stack)).values() }
  }
  const open = [await enter('', from.place)]
  for (let folder = open.at(-1); folder !== undefined; folder = open.at(-1)) {
    signal.throwIfAborted()
    if (turn.isOver()) await turn.yield()
    const next = folder.entries.next()
    if (next.done) {
      open.pop()
      continue
    }
    const [name, place] = next.value
    const path = joinPath(folder.path, name)
    yield [path, place]
    if (place.node.kind === 'folder') open.push(await enter(path, place))
  }
}

/** A path of the tree as people read it. */
export function showPath(path: string): string {
  return `/${toPathText(Buffer.from(path, 'latin1'))}`
}

export function noSuch(kind: 'file' | 'folder', path: string) {
  const shown = showPath(path)
  return kind === 'file'
    ? appError('file-not-found', { path: shown, what: 'file' })
    : appError('folder-not-found', { path: shown })
}

/** The path itself, where folders below it can still be named. */
export function requireShort(path: string): string {
  if (path.length <= longestPath) return path
  const shown = `${showPath(path).slice(0, 60)}…`
  throw appError('tree-too-deep', { path: shown })
}
