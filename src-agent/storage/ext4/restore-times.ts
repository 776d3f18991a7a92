import { type BigIntStats } from 'node:fs'
import { lstat, open } from 'node:fs/promises'
import { type Sentence, sentence } from '#contract/sentence'
import { notConvertible } from './disk-errors.ts'
import type { DiskTools } from './disk-tools.ts'
import { extraOfTime, type Inode, openExt4 } from './ext4.ts'
import { placeOf } from './layer-to-disk.ts'
import { findTopFolder, kindOf, walkDisk } from './walk.ts'

const symlinkKind = 0o120000

/**
 * mke2fs cuts times to seconds and 32 bits. This compares each entry of a fresh disk with the layer that it was made
 * from, refuses any difference, and restores the times.
 */
export async function restoreTimes(
  tools: DiskTools,
  request: { disk: string; layer: string; entries: number; signal: AbortSignal },
): Promise<void> {
  const { disk, layer, signal } = request
  const wrong: { inode: number; extra: number }[] = []
  let entries = 0
  await eachEntry(disk, async (path, inode) => {
    signal.throwIfAborted()
    entries += 1
    const stat = await lstat(placeOf(layer, path), { bigint: true })
    const difference = findDifference(inode, stat)
    if (difference !== null) throw inexact(path, difference)
    const extra = stat.mtimeNs === inode.modified ? 0 : extraOfTime(stat.mtimeNs)
    if (extra !== null && extra !== 0) wrong.push({ inode: inode.number, extra })
  })
  if (entries !== request.entries) {
    throw inexact('/', sentence('copy-of-other-length', { wanted: request.entries, found: entries }))
  }
  await tools.setTimes(disk, wrong, signal)
}

async function eachEntry(disk: string, visit: (path: string, inode: Inode) => Promise<void>): Promise<void> {
  const file = await open(disk, 'r')
  try {
    const image = await openExt4(file)
    const top = await findTopFolder(image, 'upper')
    if (top === null) throw inexact('/', sentence('copy-missing'))
    for await (const { path, inode } of walkDisk(image, top)) await visit(path, inode)
  } finally {
    await file.close()
  }
}

/** What differs; null where nothing does. Hard links of symbolic links become links of their own. */
export function findDifference(inode: Inode, stat: BigIntStats): Sentence | null {
  if (inode.mode !== Number(stat.mode)) return sentence('copy-of-other-kind')
  if (inode.uid !== Number(stat.uid) || inode.gid !== Number(stat.gid)) return sentence('copy-of-other-owner')
  if (stat.isDirectory()) return null
  if (inode.size !== Number(stat.size) && (stat.isFile() || stat.isSymbolicLink()))
    return sentence('copy-of-other-size')
  if (kindOf(inode) !== symlinkKind && inode.links !== Number(stat.nlink)) return sentence('copy-with-other-links')
  return null
}

function inexact(path: string, words: Sentence) {
  return notConvertible(path, sentence('file-copy-not-exact', { words }))
}
