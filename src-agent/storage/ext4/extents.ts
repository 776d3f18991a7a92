import { damagedDisk, unsupportedDisk } from './disk-errors.ts'
import { type Ext4, extentsFlag, type Inode } from './ext4.ts'

/** A part of a file that has bytes. What lies between the parts reads as zeros. */
export interface Extent {
  /** First block within the file. */
  readonly logical: number
  /** First block on the disk. */
  readonly physical: number
  readonly count: number
}

const headerMagic = 0xf30a
const headerSize = 12
const entrySize = 12
const deepest = 5
/** A longer extent is one that is set aside and was never written. */
const longestWritten = 32_768
/** Of one file. A disk of 16 GiB with every second block written has as many. */
const mostExtents = 2_000_000

/** The written parts of a file in their order. */
export async function readExtents(disk: Ext4, inode: Inode): Promise<Extent[]> {
  if ((inode.flags & extentsFlag) === 0) {
    if (inode.size === 0) return []
    throw unsupportedDisk(`inode ${inode.number} has no extents`)
  }
  const found: Extent[] = []
  await collect(disk, inode.place, deepest + 1, found)
  return found
}

/** Each level must be one lower than the one above, so a circle in the tree ends. Extents must ascend, so none comes twice. */
async function collect(disk: Ext4, node: Buffer, above: number, found: Extent[]): Promise<void> {
  const [entries, depth] = [node.readUInt16LE(2), node.readUInt16LE(6)]
  const fits = headerSize + entries * entrySize <= node.length
  if (node.readUInt16LE(0) !== headerMagic || !fits || depth >= above) throw damagedDisk('a tree of extents is broken')
  for (let index = 0; index < entries; index += 1) {
    const at = headerSize + index * entrySize
    if (depth === 0) take(node, at, found)
    else await collect(disk, await disk.readBlocks(block(node, at + 8, at + 4), 1), depth, found)
  }
}

function take(node: Buffer, at: number, found: Extent[]): void {
  const length = node.readUInt16LE(at + 4)
  if (length > longestWritten) return
  const logical = node.readUInt32LE(at)
  const last = found.at(-1)
  if (last !== undefined && logical < last.logical + last.count) throw damagedDisk('parts of a file overlap')
  if (found.length >= mostExtents) throw unsupportedDisk(`a file in more than ${mostExtents} parts`)
  if (length > 0) found.push({ logical, physical: block(node, at + 6, at + 8), count: length })
}

function block(node: Buffer, highAt: number, lowAt: number): number {
  return node.readUInt16LE(highAt) * 2 ** 32 + node.readUInt32LE(lowAt)
}

/** The whole content of something small: a directory, a link, an attribute. Holes read as zeros. */
export async function readSmall(disk: Ext4, inode: Inode, maxBytes: number): Promise<Buffer> {
  if (inode.size > maxBytes) throw damagedDisk(`inode ${inode.number} is too large for what it is`)
  const content = Buffer.alloc(inode.size)
  for (const { logical, physical, count } of await readExtents(disk, inode)) {
    const at = logical * disk.blockSize
    if (at >= content.length) break
    const wanted = Math.min(count, Math.ceil((content.length - at) / disk.blockSize))
    ;(await disk.readBlocks(physical, wanted)).copy(content, at)
  }
  return content
}
