import { sentence } from '#contract/sentence'
import { damagedDisk, notConvertible } from './disk-errors.ts'
import { type Ext4, type Inode, rootInode } from './ext4.ts'
import { readSmall } from './extents.ts'

/** Something in the tree. Names are latin1 text: one character per byte, so that nothing is lost of one that is not UTF-8. */
export interface DiskEntry {
  /** Relative to the root of the walk; empty for that itself. */
  readonly path: string
  readonly inode: Inode
}

/** A directory of a million long names has less. */
const largestFolder = 512 * 2 ** 20
/** What the kernel takes as one path, less what stands before it on the host. */
const longestPath = 3_800
const entryHeader = 8
const folderKind = 0o040000

export function kindOf({ mode }: Pick<Inode, 'mode'>): number {
  return mode & 0o170000
}

export function isFolder(inode: Inode): boolean {
  return kindOf(inode) === folderKind
}

/** The inode of a folder in the root of the disk, or null. */
export async function findTopFolder(disk: Ext4, name: string): Promise<Inode | null> {
  const number = (await readFolder(disk, await disk.inode(rootInode))).find((entry) => entry.name === name)?.number
  if (number === undefined) return null
  const inode = await disk.inode(number)
  return isFolder(inode) ? inode : null
}

/** Everything below a folder, parents first, siblings in the order of their names. A folder that is met twice is refused. */
export async function* walkDisk(disk: Ext4, top: Inode): AsyncGenerator<DiskEntry> {
  const seen = new Set<number>()
  const left: DiskEntry[] = [{ path: '', inode: top }]
  for (let entry = left.pop(); entry !== undefined; entry = left.pop()) {
    yield entry
    if (!isFolder(entry.inode)) continue
    if (seen.has(entry.inode.number)) throw damagedDisk('a folder has two places')
    seen.add(entry.inode.number)
    const names = (await readFolder(disk, entry.inode)).sort((a, b) => (a.name < b.name ? 1 : -1))
    for (const { name, number } of names) left.push(await enter(disk, entry.path, name, number))
  }
}

async function enter(disk: Ext4, parent: string, name: string, number: number): Promise<DiskEntry> {
  const path = parent === '' ? name : `${parent}/${name}`
  if (path.length > longestPath) {
    throw notConvertible(`${path.slice(0, 60)}…`, sentence('file-too-deep'))
  }
  const inode = await disk.inode(number)
  if (inode.links === 0 || kindOf(inode) === 0) throw damagedDisk('an entry names an inode that is not in use')
  return { path, inode }
}

/** A name in a folder, and the inode it stands for. */
export interface FolderEntry {
  readonly name: string
  readonly number: number
}

/** Nodes of the index of a large folder look like one empty entry, so reading them in order finds every name. */
export async function readFolder(disk: Ext4, folder: Inode): Promise<FolderEntry[]> {
  const content = await readSmall(disk, folder, Math.min(largestFolder, disk.blockCount * disk.blockSize))
  const found: FolderEntry[] = []
  for (let block = 0; block < content.length; block += disk.blockSize) {
    parseBlock(content.subarray(block, block + disk.blockSize), found)
  }
  const names = new Set(found.map(({ name }) => name))
  if (names.size !== found.length) throw damagedDisk('a folder has one name twice')
  return found
}

function parseBlock(block: Buffer, found: FolderEntry[]): void {
  let at = 0
  while (at + entryHeader <= block.length) {
    const [number, length, nameLength] = [block.readUInt32LE(at), block.readUInt16LE(at + 4), block.readUInt8(at + 6)]
    // A hole in a folder: nothing in it.
    if (number === 0 && length === 0) return
    if (length < entryHeader || at + length > block.length || nameLength + entryHeader > length) {
      throw damagedDisk('an entry of a folder is broken')
    }
    const name = block.toString('latin1', at + entryHeader, at + entryHeader + nameLength)
    if (number !== 0 && name !== '.' && name !== '..') {
      if (name === '' || name.includes('/') || name.includes('\0')) throw damagedDisk('a name is not a name')
      found.push({ name, number })
    }
    at += length
  }
}
