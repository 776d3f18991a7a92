import { link, lstat, mkdir, readdir, rename, rmdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { sentence } from '#contract/sentence'
import { placeOf } from '../ext4/layer-to-disk.ts'
import type { Changes } from './copy-changes.ts'
import { notCopied } from './layer-errors.ts'

/**
 * Brings what was copied to `delta` to its places in `tree`. Nobody but the agent sees the two folders. `isStill`: all of it
 * must be there; otherwise what is missing is left out, and found missing by the next comparison.
 */
export async function applyChanges(
  part: string,
  changes: Changes,
  { isStill, restoreFolders }: { isStill: boolean; restoreFolders: () => Promise<void> },
): Promise<void> {
  const [tree, delta] = [join(part, 'tree'), join(part, 'delta')]
  for (const path of changes.gone.toReversed()) await removeEntry(tree, path)
  for (const path of changes.folders) await renewFolder(tree, path)
  await restoreFolders()
  await keepFolders(tree, changes)
  for (const path of changes.copies) {
    const done = await moveIn(delta, tree, path)
    if (!done && isStill) throw notCopied(path, sentence('file-gone-meanwhile'))
  }
  for (const [path, of] of changes.links) {
    const done = await linkIn(tree, path, of)
    if (!done && isStill) throw notCopied(path, sentence('file-of-name-missing'))
  }
  // Their times once more: what was put into them has changed them.
  await restoreFolders()
  await keepFolders(tree, changes)
}

/**
 * A guest that is quick puts a link where a folder was, between the listing and the copying. No name may lead through one: that
 * would be a place on this machine. Such a link goes, and whatever was to be put below it is found missing.
 */
async function keepFolders(tree: string, { folders, touched }: Changes): Promise<void> {
  for (const path of [...folders, ...touched]) {
    const stat = await lstat(placeOf(tree, path)).catch(orGone)
    if (stat !== null && !stat.isDirectory()) await unlink(placeOf(tree, path))
  }
}

async function removeEntry(tree: string, path: string): Promise<void> {
  const place = placeOf(tree, path)
  const stat = await lstat(place).catch(orGone)
  if (stat?.isDirectory()) await rmdir(place)
  else if (stat) await unlink(place)
}

/** The same entries in a folder without any attributes: tar adds those of the source, and takes none away. */
async function renewFolder(tree: string, path: string): Promise<void> {
  const place = placeOf(tree, path)
  if ((await lstat(place).catch(orGone)) === null) return
  const fresh = Buffer.from(`${tree}.fresh`)
  await mkdir(fresh, { mode: 0o700 })
  for (const name of await readdir(place, { encoding: 'buffer' })) {
    const slash = Buffer.from('/')
    await rename(Buffer.concat([place, slash, name]), Buffer.concat([fresh, slash, name]))
  }
  await rmdir(place)
  await rename(fresh, place)
}

async function moveIn(delta: string, tree: string, path: string): Promise<boolean> {
  const from = placeOf(delta, path)
  const stat = await lstat(from).catch(orGone)
  if (stat === null || stat.isDirectory()) {
    await unlink(placeOf(tree, path)).catch(orGone)
    return false
  }
  return rename(from, placeOf(tree, path))
    .then(() => true, orGone)
    .then(Boolean)
}

async function linkIn(tree: string, path: string, of: string): Promise<boolean> {
  const place = placeOf(tree, path)
  await unlink(place).catch(orGone)
  return link(placeOf(tree, of), place)
    .then(() => true, orGone)
    .then(Boolean)
}

function orGone(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null
  throw error
}
