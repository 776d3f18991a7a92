import { startTurn } from '../../base/async/yield-turn.ts'
import { joinPath } from '../../base/relative-path.ts'
import type { LayerSource, TreeFile, TreeNode, TreeView } from '../layers/tree-view.ts'
import type { Attribute } from '../tar/attribute.ts'
import { type LayerUnion, openUnion, type Place, type Stack, type TreeTools, toNode } from './layer-union.ts'
import { requireShort, viewOf } from './tree-view.ts'

/** A name in two trees. */
export interface PairEntry {
  readonly path: string
  /** Null: not there. */
  readonly before: TreeNode | null
  readonly after: TreeNode | null
  /** Both are shown by one layer, and of a folder everything in it is. */
  readonly isSame: boolean
}

/** Two trees that are read together: layers that both use are opened once, and not walked. */
export interface TreePair {
  readonly before: TreeView
  readonly after: TreeView
  /**
   * Everything below a path that may differ, parents first, siblings by name. What both show from the layers that they
   * share is passed over without being read. Paths are from the root.
   */
  differing(path: string, signal: AbortSignal): AsyncGenerator<PairEntry>
  /** All names of a folder of either tree. */
  list(path: string): Promise<readonly PairEntry[]>
  /** Of an entry that both trees have, without looking for it once more. Null: it is no regular file any longer. */
  open(entry: PairEntry, side: 'before' | 'after'): Promise<TreeFile | null>
  attributes(entry: PairEntry, side: 'before' | 'after'): Promise<readonly Attribute[]>
  /** Whether a layer that only one of both folders shows has anything in it. */
  hasOwnBelow(path: string): Promise<boolean>
  close(): Promise<void>
}

type Sources = readonly LayerSource[]
type Side = Place | null

export async function openTreePair(before: Sources, after: Sources, tools: TreeTools): Promise<TreePair> {
  const shared = countShared(before, after)
  const all = [...before.slice(0, before.length - shared), ...after]
  const firstAfter = before.length - shared
  const firstShared = all.length - shared
  const union = await openUnion(all, tools)
  const everything = all.map((_source, index) => index)
  const roots = [everything.filter((index) => index < firstAfter || index >= firstShared), everything.slice(firstAfter)]
  const [rootBefore, rootAfter] = [roots[0] ?? [], roots[1] ?? []]
  /** A layer that is above the shared ones in both is opened twice. */
  const keyOf = (source: number) => `${all[source]?.kind}:${all[source]?.path}`
  const walk: Walk = {
    union,
    isOwn: (source) => source < firstShared,
    isSame: (one, other) => isSame(one, other, keyOf),
  }
  const sides = { before: rootBefore, after: rootAfter }
  const views = [viewOf(union, rootBefore), viewOf(union, rootAfter)] as const
  const findBoth = (path: string) => Promise.all([union.find(path, rootBefore), union.find(path, rootAfter)])
  const toEntry = (path: string, one: Side, other: Side): PairEntry => ({
    path,
    before: one && toNode(one, rootBefore),
    after: other && toNode(other, rootAfter),
    isSame: walk.isSame(one, other),
  })

  return {
    before: views[0],
    after: views[1],
    async *differing(path, signal) {
      for await (const [at, one, other] of walkPair(walk, path, await findBoth(path), signal))
        yield toEntry(at, one, other)
    },
    async list(path) {
      const [one, other] = await findBoth(path)
      const names = await listBoth(walk, path, [stackOf(one), stackOf(other)])
      return names.map(([name, own, others]) => toEntry(joinPath(path, name), own, others))
    },
    async open(entry, side) {
      const source = entry[side]?.source ?? -1
      const root = sides[side]
      const file = await union.readers[root[source] ?? -1]?.open(entry.path)
      return file ? { ...file, node: toNode({ node: file.node, stack: [root[source] ?? 0] }, root) } : null
    },
    async attributes(entry, side) {
      const source = entry[side]?.source ?? -1
      return (await union.readers[sides[side][source] ?? -1]?.attributes(entry.path)) ?? []
    },
    async hasOwnBelow(path) {
      const [one, other] = await findBoth(path)
      const [mine, others] = [stackOf(one) ?? [], stackOf(other) ?? []]
      const own = [
        ...mine.filter((source) => !others.includes(source)),
        ...others.filter((source) => !mine.includes(source)),
      ]
      return (await namesIn(union, path, own)).size > 0
    },
    close: () => union.close(),
  }
}

interface Walk {
  readonly union: LayerUnion
  /** Above those that both trees share. */
  isOwn(source: number): boolean
  isSame(one: Side, other: Side): boolean
}

function countShared(before: Sources, after: Sources): number {
  let count = 0
  for (; count < Math.min(before.length, after.length); count += 1) {
    const [one, other] = [before[before.length - 1 - count], after[after.length - 1 - count]]
    if (one?.kind !== other?.kind || one?.path !== other?.path) break
  }
  return count
}

function isSame(one: Side, other: Side, keyOf: (source: number) => string): boolean {
  if (one === null || other === null) return one === other
  if (one.node.inode !== other.node.inode) return false
  const [mine, others] = [one.stack, other.stack].map((stack) => stack.map(keyOf))
  if (one.node.kind !== 'folder') return mine?.[0] === others?.[0]
  return mine?.join('\n') === others?.join('\n')
}

function stackOf(place: Side): Stack | null {
  return place?.node.kind === 'folder' ? place.stack : null
}

type Named = readonly [name: string, before: Side, after: Side]

async function* walkPair(
  walk: Walk,
  path: string,
  top: readonly [Side, Side],
  signal: AbortSignal,
): AsyncGenerator<Named> {
  if (walk.isSame(...top)) return
  yield [path, ...top]
  const turn = startTurn()
  const enter = async (at: string, one: Side, other: Side) => {
    const entries = await listDiffering(walk, requireShort(at), stackOf(one), stackOf(other))
    return { path: at, entries: entries.values() }
  }
  const open = [await enter(path, ...top)]
  for (let folder = open.at(-1); folder !== undefined; folder = open.at(-1)) {
    signal.throwIfAborted()
    if (turn.isOver()) await turn.yield()
    const next = folder.entries.next()
    if (next.done) {
      open.pop()
      continue
    }
    const [name, one, other] = next.value
    if (walk.isSame(one, other)) continue
    const at = joinPath(folder.path, name)
    yield [at, one, other]
    if (stackOf(one) ?? stackOf(other)) open.push(await enter(at, one, other))
  }
}

/**
 * Where both show the same of what they share, a name that is in no layer above that is the same: only the names in those are
 * looked at.
 */
async function listDiffering(walk: Walk, path: string, one: Stack | null, other: Stack | null): Promise<Named[]> {
  const { union, isOwn } = walk
  const sharedOf = (stack: Stack) => stack.filter((source) => !isOwn(source)).join()
  if (one === null || other === null || sharedOf(one) !== sharedOf(other)) return listBoth(walk, path, [one, other])
  const names = await namesIn(union, path, [...one, ...other].filter(isOwn))
  return listBoth(walk, path, [one, other], (name) => names.has(name))
}

/** Without looking at what they stand for. */
async function namesIn(union: LayerUnion, path: string, sources: readonly number[]): Promise<ReadonlySet<string>> {
  const names = new Set<string>()
  for (const source of new Set(sources)) {
    await union.readers[source]?.list(path, (name) => {
      names.add(name)
      return true
    })
  }
  return names
}

async function listBoth(
  { union }: Walk,
  path: string,
  [one, other]: readonly [Stack | null, Stack | null],
  isWanted?: (name: string) => boolean,
): Promise<Named[]> {
  const [mine, others] = await union.list(path, [one ?? [], other ?? []], isWanted)
  const names = [...new Set([...(mine?.keys() ?? []), ...(others?.keys() ?? [])])].sort()
  return names.map((name) => [name, mine?.get(name) ?? null, others?.get(name) ?? null])
}
