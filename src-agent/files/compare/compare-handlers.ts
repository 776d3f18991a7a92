import { appError } from '#contract/app-error'
import type { FileChange, FileFacts } from '#contract/compare'
import { fromPathText } from '#contract/guest-path-text'
import { defineHandlers } from '../../base/handlers.ts'
import { isMountPoint } from '../../sandboxes/engine-places.ts'
import type { TreeSources, Trees } from '../../sandboxes/trees.ts'
import type { ImageStore } from '../../storage/images/image-store.ts'
import type { TreeNode } from '../../storage/layers/tree-view.ts'
import type { TreePair } from '../../storage/trees/tree-pair.ts'
import { showPath } from '../../storage/trees/tree-view.ts'
import { describeConfig, findConfigChanges } from './compare-config.ts'
import { comparePackageLists } from './compare-packages.ts'
import { compareTextOf } from './compare-text.ts'
import { findChanges, type NodeChange, type PassesOver } from './find-changes.ts'
import { createKeptResults } from './kept-results.ts'
import { type FoundPackages, readPackages } from './read-packages.ts'

interface Deps {
  readonly images: ImageStore
  readonly trees: Trees
}

/** Of one comparison; the agent holds all of them while they are read in pages. */
const mostChanges = 500_000

interface Comparison {
  readonly changes: readonly FileChange[]
  readonly added: number
  readonly changed: number
  readonly deleted: number
  readonly addedBytes: number
}

/** What differs between two trees. */
export function createCompareHandlers(deps: Deps) {
  const comparisons = createKeptResults<Comparison>()
  const packages = createKeptResults<FoundPackages>()

  const findBoth = async (request: { before: string; after: string }, signal: AbortSignal) =>
    [await deps.trees.find(request.before, signal), await deps.trees.find(request.after, signal)] as const
  const packagesOf = (tree: TreeSources, signal: AbortSignal) =>
    packages.get(keyOf(tree), { mayUseKept: tree.sandbox === null }, async () => {
      const view = await deps.trees.open(tree)
      try {
        return await readPackages(view, signal)
      } finally {
        await view.close()
      }
    })
  const imageOf = ({ imageDigest }: TreeSources) =>
    deps.images.list().find(({ digest }) => digest === imageDigest) ?? null

  return defineHandlers({
    async compareFiles({ before: one, after: other, path: text, offset, limit }, signal) {
      const path = toPath(text)
      const [before, after] = await findBoth({ before: one, after: other }, signal)
      const mayUseKept = offset > 0 || (before.sandbox === null && after.sandbox === null)
      const key = JSON.stringify([keyOf(before), keyOf(after), path])
      const found = await comparisons.get(key, { mayUseKept }, () =>
        withPair(deps.trees, before, after, (pair) =>
          collect(findChanges(pair, path, signal, mountPointsOf(before, after))),
        ),
      )
      return { ...found, changes: found.changes.slice(offset, offset + limit), total: found.changes.length }
    },
    async compareText(request, signal) {
      const path = toPath(request.path)
      return withPair(deps.trees, ...(await findBoth(request, signal)), (pair) => compareTextOf(pair, path))
    },
    async comparePackages(request, signal) {
      const [before, after] = await findBoth(request, signal)
      return comparePackageLists(await packagesOf(before, signal), await packagesOf(after, signal))
    },
    async compareConfig(request, signal) {
      const [before, after] = (await findBoth(request, signal)).map((tree) => describeConfig(tree, imageOf(tree)))
      return { changes: before && after ? findConfigChanges(before, after) : [] }
    },
  })
}

/** Equal for trees of the same layers. */
function keyOf({ sources, sandbox }: TreeSources): string {
  return JSON.stringify([sources.map(({ kind, path }) => [kind, path]), sandbox?.sandbox.id])
}

async function withPair<T>(
  trees: Trees,
  before: TreeSources,
  after: TreeSources,
  work: (pair: TreePair) => Promise<T>,
): Promise<T> {
  const pair = await trees.openPair(before, after)
  try {
    return await work(pair)
  } finally {
    await pair.close()
  }
}

/** What a sandbox wrote is reported, not what its engine had to make there; two images have only what somebody put there. */
function mountPointsOf(...trees: readonly TreeSources[]): PassesOver {
  return trees.some(({ sandbox, snapshot }) => sandbox !== null || snapshot !== null) ? isMountPoint : () => false
}

async function collect(differences: AsyncIterable<NodeChange>): Promise<Comparison> {
  const found: (readonly [path: string, change: FileChange])[] = []
  const counts = { added: 0, changed: 0, deleted: 0 }
  const counted = new Set<string>()
  let addedBytes = 0
  for await (const { path: at, change, before, after, what } of differences) {
    if (found.length >= mostChanges) throw tooManyChanges()
    const facts = { before: before && factsOf(before), after: after && factsOf(after) }
    found.push([at, { path: showPath(at), change, ...facts, what: [...what] }])
    counts[change] += 1
    const isNewContent = change === 'added' || what.includes('content') || what.includes('kind')
    if (!isNewContent || after?.kind !== 'file' || counted.has(after.identity)) continue
    addedBytes += after.size
    if (after.links > 1) counted.add(after.identity)
  }
  // A character of a path is one byte.
  found.sort(([one], [other]) => (one < other ? -1 : 1))
  return { changes: found.map(([, change]) => change), ...counts, addedBytes }
}

function factsOf({ kind, size, mode, uid, gid }: TreeNode): FileFacts {
  return { kind, size, mode, uid, gid }
}

function tooManyChanges() {
  return appError('too-many-changes', { limit: mostChanges })
}

/** From the contract's text: relative, latin1. */
function toPath(text: string): string {
  const bytes = fromPathText(text)
  if (bytes === null) {
    throw appError('not-a-path', { text })
  }
  return Buffer.from(bytes)
    .toString('latin1')
    .split('/')
    .filter((name) => name !== '' && name !== '.')
    .join('/')
}
