import type { FoundFile } from '#contract/files'
import { joinPath, nameOf } from '../base/relative-path.ts'
import type { TreeEntry, TreeView } from '../storage/layers/tree-view.ts'
import { type TreeAccounts, toFileEntry } from './file-entry.ts'
import { createNameTest } from './name-pattern.ts'
import { type FoundLine, searchText } from './search-text.ts'
import { toShownPath, toText } from './tree-paths.ts'

export interface FindRequest {
  /** Latin1, relative. */
  readonly path: string
  readonly name: string
  readonly content: string
  readonly limit: number
}

export type FindStep =
  | { readonly kind: 'found'; readonly file: FoundFile; readonly looked: number }
  | { readonly kind: 'looked'; readonly looked: number }
  | { readonly kind: 'end'; readonly looked: number; readonly truncated: boolean }

/** Walks a tree and gives what fits as it is met. The last step is `end`. */
export async function* findFiles(
  view: TreeView,
  { path, name, content, limit }: FindRequest,
  accounts: TreeAccounts,
  signal: AbortSignal,
): AsyncGenerator<FindStep> {
  const fitsName = createNameTest(name)
  let [looked, found, reportedAt] = [0, 0, performance.now()]
  for await (const entry of view.walk(path, signal)) {
    looked += 1
    if (performance.now() - reportedAt > reportMs) {
      reportedAt = performance.now()
      yield { kind: 'looked', looked }
    }
    if (!fitsName(toText(nameOf(entry.path)))) continue
    const whole = joinPath(path, entry.path)
    const hit = content === '' ? noLine : await searchFile(view, whole, entry, { content, signal })
    if (hit === null) continue
    if (found === limit) return yield { kind: 'end', looked, truncated: true }
    found += 1
    const file = { path: toShownPath(whole), entry: toFileEntry(whole, entry.node, accounts), ...hit }
    yield { kind: 'found', file, looked }
  }
  yield { kind: 'end', looked, truncated: false }
}

/** That nothing is found is news, too. */
const reportMs = 250
const noLine = { line: null, lineNumber: null }

/** What cannot be read, because it has just gone or is damaged, has no text. */
async function searchFile(
  view: TreeView,
  path: string,
  { node }: TreeEntry,
  { content, signal }: { content: string; signal: AbortSignal },
): Promise<FoundLine | null> {
  if (node.kind !== 'file' || node.size === 0) return null
  const file = await view.open(path).catch(() => null)
  if (file === null) return null
  try {
    return await searchText(file, content, signal)
  } catch {
    return null
  } finally {
    await file.close()
  }
}
