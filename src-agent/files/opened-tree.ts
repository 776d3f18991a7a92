import { appError } from '#contract/app-error'
import { stoppedBy } from '../base/process/tool-errors.ts'
import { parentOf } from '../base/relative-path.ts'
import type { TreeSources, Trees } from '../sandboxes/trees.ts'
import type { TreeNode, TreeView } from '../storage/layers/tree-view.ts'
import { toShownPath } from './tree-paths.ts'

interface Deps {
  readonly trees: Trees
}

/** Finds a tree, opens it for the work, and closes it whatever happens. */
export async function withTree<T>(
  deps: Deps,
  ref: string,
  signal: AbortSignal,
  work: (view: TreeView, sources: TreeSources) => Promise<T>,
): Promise<T> {
  const sources = await deps.trees.find(ref, signal)
  const view = await deps.trees.open(sources)
  try {
    return await work(view, sources)
  } catch (error) {
    // Walks end with what the signal says, which is no sentence for people.
    if (signal.aborted) throw stoppedBy(signal)
    throw error
  } finally {
    await view.close()
  }
}

/** What is there; where nothing is, the error says whether a link on the way is why. */
export async function requireNode(view: Pick<TreeView, 'stat'>, path: string): Promise<TreeNode> {
  const node = await view.stat(path)
  if (node !== null) return node
  throw await notThere(view, path)
}

export async function requireFolder(view: Pick<TreeView, 'stat'>, path: string): Promise<TreeNode> {
  const node = await requireNode(view, path)
  if (node.kind === 'folder') return node
  throw await notThere(view, path, node)
}

export async function requireFile(view: Pick<TreeView, 'stat'>, path: string): Promise<TreeNode> {
  const node = await requireNode(view, path)
  if (node.kind === 'file') return node
  const shown = toShownPath(path)
  if (node.kind === 'link') throw isLink(shown)
  throw appError('not-a-file', { path: shown, what: node.kind === 'folder' ? 'folder' : 'content' })
}

export function isLink(shown: string) {
  return appError('path-is-link', { path: shown, what: 'itself' })
}

/** Looks for the first thing on the way that is no folder. */
async function notThere(view: Pick<TreeView, 'stat'>, path: string, found: TreeNode | null = null) {
  let node = found
  let at = path
  while (node === null && at !== '') {
    at = parentOf(at)
    node = await view.stat(at)
  }
  const shown = toShownPath(at)
  if (node?.kind === 'link') return isLink(shown)
  if (node !== null && node.kind !== 'folder') {
    return appError('not-a-folder', { path: shown, what: 'itself' })
  }
  const wanted = toShownPath(path)
  return appError('file-not-found', { path: wanted, what: 'nothing' })
}
