import { appError } from '#contract/app-error'
import { parentOf } from '../base/relative-path.ts'
import type { TreeNode, TreeView } from '../storage/layers/tree-view.ts'
import type { EditFrame } from './edit-protocol.ts'
import { versionOf } from './file-version.ts'
import { isLink, requireFile, requireFolder } from './opened-tree.ts'
import { toShownPath } from './tree-paths.ts'

/** What the editor has seen: a version, `null` for no file at all, `undefined` where it does not matter. */
export type SeenVersion = string | null | undefined

/** How the file is to be written, where it is as it was seen. Refuses with `conflict` where it is not. */
export async function planWrite(
  view: Pick<TreeView, 'stat' | 'open'>,
  path: string,
  seen: SeenVersion,
): Promise<EditFrame> {
  await requireFolder(view, parentOf(path))
  const node = await view.stat(path)
  if (node?.kind === 'link') throw isLink(toShownPath(path))
  if (node !== null) await requireFile(view, path)
  if (seen !== undefined) await requireSeen(view, path, { node, seen })
  const mustBeNew = seen === null
  return {
    op: 'put',
    path,
    mode: 0o644,
    flags: ['foldersOwner', 'keep', 'plain', 'sync', ...(mustBeNew ? [] : (['replace'] as const))],
  }
}

async function requireSeen(
  view: Pick<TreeView, 'open'>,
  path: string,
  { node, seen }: { node: TreeNode | null; seen: string | null },
): Promise<void> {
  const shown = toShownPath(path)
  if (seen === null) {
    if (node === null) return
    throw appError('file-exists', { path: shown, how: 'taken' })
  }
  if (node === null) {
    throw appError('file-changed', { path: shown, what: 'deleted' })
  }
  const file = await view.open(path)
  try {
    if ((await versionOf(file)) === seen) return
  } finally {
    await file.close()
  }
  throw appError('file-changed', { path: shown, what: 'changed' })
}
