import { defineHandlers } from '../base/handlers.ts'
import { stoppedBy } from '../base/process/tool-errors.ts'
import type { Trees } from '../sandboxes/trees.ts'
import { markFolder } from './compare/mark-folder.ts'
import { readTreeAccounts, toFileEntry } from './file-entry.ts'
import { readUpTo, versionOf } from './file-version.ts'
import { followLinks } from './follow-links.ts'
import { foldersFirst, type Listing, pageOf } from './list-folder.ts'
import type { ListingCache } from './listing-cache.ts'
import { measureTree } from './measure-tree.ts'
import { requireFile, requireFolder, withTree } from './opened-tree.ts'
import { toShownPath, toTreePath } from './tree-paths.ts'

interface Deps {
  /** Ends when the agent stops. */
  readonly signal: AbortSignal
  readonly trees: Trees
}

/** Lists, reads and measures the files of any tree. */
export function createReads(deps: Deps, listings: ListingCache) {
  const { trees } = deps
  return defineHandlers({
    async listFiles({ tree, path, follow, against, offset, limit }, signal) {
      const named = toTreePath(path)
      const at = follow ? await withTree(deps, tree, signal, (view) => followLinks(view, named)) : named
      const key = JSON.stringify([tree, at, against])
      // For everybody who asks for the next step of it; so it does not end with the first of them.
      const listing = await listings.get(key, offset === 0, () =>
        listAgainst(trees, { tree, path: at, against }, offset === 0 ? signal : deps.signal),
      )
      return { path: toShownPath(at), ...pageOf(listing, { offset, limit }) }
    },

    readFile: ({ tree, path, offset, length }, signal) =>
      withTree(deps, tree, signal, async (view) => {
        const at = toTreePath(path)
        await requireFile(view, at)
        const file = await view.open(at)
        try {
          const accounts = await readTreeAccounts(view)
          const bytes = await readUpTo(file, offset, length)
          const entry = toFileEntry(at, file.node, accounts)
          return { entry, base64: bytes.toString('base64'), size: entry.size, version: await versionOf(file) }
        } finally {
          await file.close()
        }
      }),

    measureFiles: ({ tree, path, own }, signal) =>
      withTree(deps, tree, signal, async (view, { sources, layers, imageTrees }) => {
        const at = toTreePath(path)
        await requireFolder(view, at)
        if (!own) return { path: toShownPath(at), ...(await measureTree(view, at, signal)) }
        // Between the writable layer and the image are the layers of the store.
        const top = sources.slice(0, sources.length - layers.length - imageTrees.length)
        const layer = await trees.open({ sources: top })
        try {
          const isThere = top.length > 0 && (await layer.stat(at))?.kind === 'folder'
          const sizes = isThere ? await measureTree(layer, at, signal) : { bytes: 0, files: 0, entries: [] }
          return { path: toShownPath(at), ...sizes }
        } finally {
          await layer.close()
        }
      }),
  })
}

/** A folder of a tree, with what differs from another tree: the image's where none is named. */
async function listAgainst(
  trees: Trees,
  { tree, path, against }: { readonly tree: string; readonly path: string; readonly against: string | undefined },
  signal: AbortSignal,
): Promise<Listing> {
  const after = await trees.find(tree, signal)
  const before = await trees.find(against ?? `image:${after.imageDigest}`, signal)
  const pair = await trees.openPair(before, after)
  try {
    const folder = await requireFolder(pair.after, path)
    const marked = await markFolder(pair, path, signal)
    const entries = marked.map(({ name, node, mark }) => ({ path: name, node, mark }))
    return { path, folder, entries: foldersFirst(entries), accounts: await readTreeAccounts(pair.after) }
  } catch (error) {
    if (signal.aborted) throw stoppedBy(signal)
    throw error
  } finally {
    await pair.close()
  }
}
