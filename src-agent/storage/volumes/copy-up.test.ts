import { expect, test } from 'vitest'
import type { FileKind } from '#contract/files'
import type { TreeNode } from '../layers/tree-view.ts'
import { findFolder } from './copy-up.ts'

const nothing = { size: 0, mode: 0o755, uid: 0, gid: 0, mtimeNs: 0n, major: 0, minor: 0, links: 1, source: 0 }
/** A tree of folders, and of links where a target is given. */
function treeOf(entries: Readonly<Record<string, string | null>>) {
  return {
    stat: async (path: string): Promise<TreeNode | null> => {
      const target = entries[path]
      if (path !== '' && target === undefined) return null
      const kind: FileKind = target === 'a file' ? 'file' : target ? 'link' : 'folder'
      return { ...nothing, kind, identity: path, target: kind === 'link' ? (target ?? null) : null }
    },
  }
}
const tree = treeOf({
  ...{ var: null, 'var/run': '/run', run: null, 'run/db': null, data: 'srv/../srv/data', srv: null, 'srv/data': null },
  ...{ loop: 'pool', pool: 'loop', up: '../../../../run/db', root: '/', file: 'a file', dead: 'nowhere' },
})

test.each([
  ['/run/db', 'run/db'],
  ['/var/run/db', 'run/db'],
  ['/data', 'srv/data'],
  // It ends at the root of the tree, as on every kernel.
  ['/up', 'run/db'],
  ['/loop', null],
  ['/root', null],
  ['/dead', null],
  ['/file', null],
  ['/none/at/all', null],
])('%s leads to %s and never out of the tree', async (path, folder) => {
  expect(await findFolder(tree, path)).toBe(folder)
})
