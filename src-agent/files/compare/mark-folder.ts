import type { FileMark } from '#contract/files'
import { startTurn } from '../../base/async/yield-turn.ts'
import type { TreeNode } from '../../storage/layers/tree-view.ts'
import type { PairEntry, TreePair } from '../../storage/trees/tree-pair.ts'
import { compareFacts } from './find-changes.ts'
import { hasSameContent } from './same-content.ts'

/** An entry of a folder; of a deleted one, what it was. */
export interface MarkedEntry {
  readonly name: string
  readonly node: TreeNode
  readonly mark: FileMark
}

/** Of one folder. Content beyond this is not read: what is of one size and another time counts as changed. */
const mostRead = 32 * 1024 * 1024

/**
 * The entries of a folder of the tree `after`, and those of `before` that it no longer has, with what differs; by name. Made
 * for a quick look: a folder is `changed-below` where another layer has something in it, without looking what; extended
 * attributes do not count.
 */
export async function markFolder(pair: TreePair, path: string, signal: AbortSignal): Promise<readonly MarkedEntry[]> {
  const marked: MarkedEntry[] = []
  const turn = startTurn()
  let left = mostRead
  for (const entry of await pair.list(path)) {
    signal.throwIfAborted()
    if (turn.isOver()) await turn.yield()
    const { before, after } = entry
    const node = after ?? before
    if (node === null) continue
    if (mayReadBoth(entry)) left -= node.size
    const mark = await markEntry(pair, entry, { mayRead: left >= 0, signal })
    marked.push({ name: entry.path.slice(entry.path.lastIndexOf('/') + 1), node, mark })
  }
  return marked
}

async function markEntry(
  pair: TreePair,
  entry: PairEntry,
  { mayRead, signal }: { readonly mayRead: boolean; readonly signal: AbortSignal },
): Promise<FileMark> {
  const { path, before, after } = entry
  if (before === null) return 'added'
  if (after === null) return 'deleted'
  if (entry.isSame) return 'same'
  if (compareFacts(before, after).length > 0) return 'changed'
  if (after.kind === 'folder') return (await pair.hasOwnBelow(path)) ? 'changed-below' : 'same'
  if (after.kind !== 'file' || before.mtimeNs === after.mtimeNs) return 'same'
  if (!mayRead) return 'changed'
  return (await hasSameContent(pair, entry, signal)) ? 'same' : 'changed'
}

function mayReadBoth({ before, after, isSame }: PairEntry): boolean {
  return !isSame && before?.kind === 'file' && after?.kind === 'file' && before.size === after.size
}
