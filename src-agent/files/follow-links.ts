import type { TreeNode, TreeView } from '../storage/layers/tree-view.ts'
import { isLink } from './opened-tree.ts'
import { toShownPath } from './tree-paths.ts'

/** As many as the kernel follows. */
const mostLinks = 40

/**
 * Where a path leads in its own tree, as a program inside would come there: no link leads above the root. What is not there is
 * taken as it is written. Whoever goes there must refuse links all the same, because a guest may exchange one for another. As for the
 * kernel (`protected_symlinks`), what one account has left where everybody may write leads nobody else.
 */
export async function followLinks(view: Pick<TreeView, 'stat'>, path: string): Promise<string> {
  const at: string[] = []
  const rest = path.split('/')
  for (let links = 0; rest.length > 0; ) {
    const part = rest.shift() ?? ''
    if (part === '..') at.pop()
    if (part === '' || part === '.' || part === '..') continue
    const node = await view.stat([...at, part].join('/'))
    if (node?.kind !== 'link' || node.target === null) {
      at.push(part)
      continue
    }
    links += 1
    if (links > mostLinks || isTrap(await view.stat(at.join('/')), node)) throw isLink(toShownPath(path))
    if (node.target.startsWith('/')) at.length = 0
    rest.unshift(...node.target.split('/'))
  }
  return at.join('/')
}

const forEverybody = 0o002

function isTrap(folder: TreeNode | null, link: TreeNode): boolean {
  return folder !== null && (folder.mode & forEverybody) !== 0 && link.uid !== 0 && link.uid !== folder.uid
}
