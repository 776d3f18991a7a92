import { appError } from '#contract/app-error'
import type { TreeNode, TreeView } from '../storage/layers/tree-view.ts'
import { stoppedBy } from '../base/process/tool-errors.ts'
import type { TimeGround } from '../time-ground.ts'
import type { TreeSources } from '../sandboxes/trees.ts'
import { parentOf, toShownPath } from './tree-paths.ts'

/** Finds a tree, opens it for the work, and closes it whatever happens. */
export async function withTree<T>(
  { trees }: Pick<TimeGround, 'trees'>,
  ref: string,
  signal: AbortSignal,
  work: (view: TreeView, sources: TreeSources) => Promise<T>,
): Promise<T> {
  const sources = await trees.find(ref, signal)
  const view = await trees.open(sources)
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
  const message =
    node.kind === 'folder' ? `${shown} is a folder.` : `${shown} is no regular file, so it has no content to read.`
  throw appError('invalidRequest', 'not-a-file', message, { params: { path: shown } })
}

export function isLink(shown: string) {
  const message = `${shown} is a link, and links are not followed here. Use the path that it leads to.`
  return appError('invalidRequest', 'path-is-link', message, { params: { path: shown } })
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
    return appError('invalidRequest', 'not-a-folder', `${shown} is not a folder.`, { params: { path: shown } })
  }
  const wanted = toShownPath(path)
  return appError('notFound', 'file-not-found', `There is nothing at ${wanted}.`, { params: { path: wanted } })
}
