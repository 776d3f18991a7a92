import type { FileEntry, FileMark } from '#contract/files'
import { nameOf } from '../base/relative-path.ts'
import type { TreeNode, TreeView } from '../storage/layers/tree-view.ts'
import { toText } from './tree-paths.ts'

/** Who is who, as the tree itself says. */
export interface TreeAccounts {
  readonly users: ReadonlyMap<number, string>
  readonly groups: ReadonlyMap<number, string>
}

const largestAccounts = 1024 * 1024
const millisecond = 1_000_000n
/** What ISO 8601 can say in four digits of a year. */
const earliest = Date.UTC(1, 0, 1)
const latest = Date.UTC(9999, 11, 31, 23, 59, 59, 999)

/** Something in a tree as the contract shows it. `path` is latin1. */
export function toFileEntry(path: string, node: TreeNode, accounts: TreeAccounts, mark: FileMark = 'same'): FileEntry {
  const { kind, size, mode, uid, gid, links, target } = node
  return {
    name: toText(nameOf(path)),
    kind,
    size: Math.min(Number.MAX_SAFE_INTEGER, size),
    mode,
    uid,
    gid,
    user: accounts.users.get(uid) ?? null,
    group: accounts.groups.get(gid) ?? null,
    modifiedAt: toTime(node.mtimeNs),
    target: target === null ? null : toText(target),
    links,
    mark,
  }
}

/** A guest may set any time. */
function toTime(ns: bigint): string {
  const ms = Math.min(latest, Math.max(earliest, Number(ns / millisecond)))
  return new Date(ms).toISOString()
}

/** From /etc/passwd and /etc/group. Both are hostile: what does not fit is passed over, and no link is followed. */
export async function readTreeAccounts(view: Pick<TreeView, 'open'>): Promise<TreeAccounts> {
  const [users, groups] = await Promise.all(['etc/passwd', 'etc/group'].map((path) => readNames(view, path)))
  return { users: users ?? new Map(), groups: groups ?? new Map() }
}

async function readNames(view: Pick<TreeView, 'open'>, path: string): Promise<Map<number, string>> {
  const names = new Map<number, string>()
  const file = await view.open(path).catch(() => null)
  if (file === null) return names
  try {
    const text = (await file.read(0, largestAccounts)).toString('utf8')
    for (const line of text.split('\n')) {
      const [name = '', , id = ''] = line.split(':')
      if (!/^[^\p{C}\s]{1,64}$/u.test(name) || !/^[0-9]{1,10}$/.test(id)) continue
      if (!names.has(Number(id))) names.set(Number(id), name)
    }
    return names
  } catch {
    return names
  } finally {
    await file.close()
  }
}
