import type * as z from 'zod'
import { appError } from '#contract/app-error'
import type { changeFiles } from '#contract/files'
import { parentOf } from '../base/relative-path.ts'
import { resolveAccount } from '../sandboxes/accounts.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import type { TreeNode, TreeView } from '../storage/layers/tree-view.ts'
import type { EditFrame } from './edit-protocol.ts'
import { readUpTo } from './file-version.ts'
import { requireOffMounts, requireUnmounted } from './mounted-places.ts'
import { isLink, requireFolder, requireNode } from './opened-tree.ts'
import { toEntryPath, toShownPath } from './tree-paths.ts'

type Change = z.output<(typeof changeFiles)['request']>['change']
type Tree = Pick<TreeView, 'stat' | 'open'>

/**
 * The steps of a change, all of them looked at before the first is done. The sandbox may change its files meanwhile, so each
 * step is refused by the program in it as well.
 */
export async function planChange(change: Change, view: Tree, record: SandboxRecord): Promise<EditFrame[]> {
  switch (change.kind) {
    case 'makeFolder':
      return [{ op: 'folder', path: await freePath(view, change.path, record), mode: 0o755, flags: ['foldersOwner'] }]
    case 'makeFile':
      return [{ op: 'put', path: await freePath(view, change.path, record), mode: 0o644, flags: ['foldersOwner'] }]
    case 'move':
      return [await planMove(change, view, record)]
    case 'delete':
      return planDelete(change.paths, view, record)
    case 'chmod':
      return [await planMode(change, view, record)]
    case 'chown':
      return [await planOwner(change, view, record)]
  }
}

async function freePath(view: Tree, text: string, record: SandboxRecord): Promise<string> {
  const path = toEntryPath(text)
  requireOffMounts(record, path)
  await requireFolder(view, parentOf(path))
  if ((await view.stat(path)) === null) return path
  const shown = toShownPath(path)
  throw appError('file-exists', { path: shown, how: 'taken' })
}

async function planMove({ path, to }: { path: string; to: string }, view: Tree, record: SandboxRecord) {
  const from = toEntryPath(path)
  await requireNode(view, from)
  const target = toEntryPath(to)
  if (target.startsWith(`${from}/`)) {
    throw appError('move-into-itself', { path: toShownPath(from) })
  }
  requireUnmounted(record, from)
  return { op: 'move' as const, path: from, other: await freePath(view, to, record) }
}

async function planDelete(texts: readonly string[], view: Tree, record: SandboxRecord): Promise<EditFrame[]> {
  const paths = [...new Set(texts.map(toEntryPath))].sort((a, b) => a.length - b.length)
  const kept: string[] = []
  for (const path of paths) {
    await requireNode(view, path)
    requireUnmounted(record, path)
    if (!isBelowOne(path, new Set(kept))) kept.push(path)
  }
  return kept.map((path) => ({ op: 'delete', path }))
}

/** What lies in a folder that goes is gone with it. */
function isBelowOne(path: string, folders: ReadonlySet<string>): boolean {
  for (let at = parentOf(path); at !== ''; at = parentOf(at)) if (folders.has(at)) return true
  return false
}

async function planMode(
  { path, mode }: { path: string; mode: number },
  view: Tree,
  record: SandboxRecord,
): Promise<EditFrame> {
  const at = toEntryPath(path)
  requireOffMounts(record, at)
  const { kind } = await requireNode(view, at)
  if (kind === 'link') throw isLink(toShownPath(at))
  if (kind === 'file' || kind === 'folder') return { op: 'mode', path: at, mode }
  throw appError('not-a-file', { path: toShownPath(at), what: 'change' })
}

/** As chown(1): who names no group leaves it as it is. */
async function planOwner(
  { path, owner }: { path: string; owner: string },
  view: Tree,
  record: SandboxRecord,
): Promise<EditFrame> {
  const at = toEntryPath(path)
  requireOffMounts(record, at)
  const node = await requireNode(view, at)
  const [passwd, group] = await Promise.all([readText(view, 'etc/passwd'), readText(view, 'etc/group')])
  const account = resolveAccount(owner, passwd, group)
  return { op: 'owner', path: at, uid: account.uid, gid: newGroup(owner, account.gid, node) }
}

function newGroup(owner: string, gid: number, node: TreeNode): number {
  return owner.includes(':') ? gid : node.gid
}

const largestAccounts = 1024 * 1024

async function readText(view: Tree, path: string): Promise<string> {
  const file = await view.open(path).catch(() => null)
  if (file === null) return ''
  try {
    return (await readUpTo(file, 0, largestAccounts)).toString('utf8')
  } finally {
    await file.close()
  }
}
