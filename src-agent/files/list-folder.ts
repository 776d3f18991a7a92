import type { Answer } from '#contract/client/call-operation'
import type { FileMark, listFiles } from '#contract/files'
import { joinPath } from '../base/relative-path.ts'
import type { TreeEntry, TreeNode } from '../storage/layers/tree-view.ts'
import { type TreeAccounts, toFileEntry } from './file-entry.ts'

/** A folder with all that is to be shown of it, in order. */
export interface Listing {
  /** Latin1, relative. */
  readonly path: string
  readonly folder: TreeNode
  readonly entries: readonly MarkedEntry[]
  readonly accounts: TreeAccounts
}

export interface MarkedEntry extends TreeEntry {
  readonly mark: FileMark
}

/** Folders first; names stay in the order of their bytes, in which they come. */
export function foldersFirst<T extends TreeEntry>(entries: readonly T[]): T[] {
  const isFolder = ({ node }: T) => node.kind === 'folder'
  return [...entries.filter(isFolder), ...entries.filter((entry) => !isFolder(entry))]
}

/** One step of a listing. Only what is in it is turned into what the contract shows. */
export function pageOf(
  { path, folder, entries, accounts }: Listing,
  { offset, limit }: { readonly offset: number; readonly limit: number },
): Omit<Answer<typeof listFiles>, 'path'> {
  const page = entries.slice(offset, offset + limit)
  return {
    folder: toFileEntry(path, folder, accounts),
    entries: page.map((entry) => toFileEntry(joinPath(path, entry.path), entry.node, accounts, entry.mark)),
    total: entries.length,
  }
}
