import type { FileHandle } from 'node:fs/promises'
import { damagedDisk, unsupportedDisk } from './disk-errors.ts'

/**
 * Reads an ext4 image that a guest could have written. The host's kernel never mounts it: each number in it is checked
 * against the size of the image before it is used, and whatever does not fit is refused as damaged.
 */
export interface Ext4 {
  readonly blockSize: number
  readonly blockCount: number
  readonly inodeCount: number
  /** The features that matter to readers of attributes. */
  readonly hasAttributeInodes: boolean
  inode(number: number): Promise<Inode>
  /** Bytes of a block; `count` blocks that follow each other. */
  readBlocks(first: number, count: number): Promise<Buffer>
}

export interface Inode {
  readonly number: number
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly size: number
  readonly links: number
  /** Nanoseconds since 1970. */
  readonly modified: bigint
  readonly flags: number
  /** The 60 bytes that hold extents, a short link or a device number. */
  readonly place: Buffer
  /** What follows the fixed fields: attributes that fit in. */
  readonly tail: Buffer
  /** Block of further attributes, or 0. */
  readonly attributeBlock: number
}

export const rootInode = 2
export const extentsFlag = 0x80000

const superblockAt = 1024
const magic = 0xef53
const known = {
  filetype: 0x2,
  extents: 0x40,
  wide: 0x80,
  flexGroups: 0x200,
  attributeInodes: 0x400,
  seed: 0x2000,
  largeDir: 0x4000,
}
const needsRecovery = 0x4
const supported = Object.values(known).reduce((all, bit) => all | bit, 0)
const largestBlock = 4096
const shortInode = 128

interface Layout {
  readonly blockSize: number
  readonly blockCount: number
  readonly inodeCount: number
  readonly inodesPerGroup: number
  readonly inodeSize: number
  readonly descriptorSize: number
  readonly firstDataBlock: number
  readonly incompatible: number
}

/** Bytes of the image from another source than the file itself: one that knows what the journal still holds. */
export type ReadDisk = (position: number, length: number) => Promise<Buffer>

/**
 * Reads the superblock. Refuses what this reader does not know, and a journal that is still to be replayed, unless
 * `read` takes care of it.
 */
export async function openExt4(file: FileHandle, read?: ReadDisk): Promise<Ext4> {
  const { size } = await file.stat()
  const readBytes: ReadDisk = read ?? ((position, length) => readExactly(file, position, length))
  const layout = parseSuperblock(await readBytes(superblockAt, 1024), {
    fileSize: size,
    isReplayed: read === undefined,
  })
  const { blockSize, blockCount } = layout
  const tables = new Map<number, number>()

  const readBlocks = (first: number, count: number): Promise<Buffer> => {
    if (first <= 0 || count <= 0 || first + count > blockCount) throw damagedDisk('a block lies outside of the disk')
    return readBytes(first * blockSize, count * blockSize)
  }
  /** Where the inodes of a group begin. */
  const inodeTable = async (group: number): Promise<number> => {
    const cached = tables.get(group)
    if (cached !== undefined) return cached
    const at = (layout.firstDataBlock + 1) * blockSize + group * layout.descriptorSize
    if (at + layout.descriptorSize > blockCount * blockSize) throw damagedDisk('a group lies outside of the disk')
    const descriptor = await readBytes(at, layout.descriptorSize)
    const high = layout.descriptorSize >= 64 ? descriptor.readUInt32LE(0x28) : 0
    const table = high * 2 ** 32 + descriptor.readUInt32LE(8)
    tables.set(group, table)
    return table
  }

  return {
    blockSize,
    blockCount,
    inodeCount: layout.inodeCount,
    hasAttributeInodes: (layout.incompatible & known.attributeInodes) !== 0,
    readBlocks,
    async inode(number) {
      if (number < 1 || number > layout.inodeCount) throw damagedDisk('an entry names an inode that does not exist')
      const index = number - 1
      const table = await inodeTable(Math.floor(index / layout.inodesPerGroup))
      const at = table * blockSize + (index % layout.inodesPerGroup) * layout.inodeSize
      if (table <= 0 || at + layout.inodeSize > blockCount * blockSize)
        throw damagedDisk('an inode lies outside of the disk')
      return parseInode(number, await readBytes(at, layout.inodeSize))
    },
  }
}

function parseSuperblock(block: Buffer, disk: { fileSize: number; isReplayed: boolean }): Layout {
  if (block.readUInt16LE(0x38) !== magic) throw damagedDisk('it is not an ext4 disk')
  const incompatible = block.readUInt32LE(0x60)
  if (disk.isReplayed && (incompatible & needsRecovery) !== 0) throw damagedDisk('its journal has not been replayed')
  if ((incompatible & ~(supported | needsRecovery)) !== 0 || (incompatible & known.extents) === 0) {
    throw unsupportedDisk(`features ${incompatible.toString(16)}`)
  }
  const blockSize = 1024 * 2 ** Math.min(block.readUInt32LE(0x18), 16)
  const inodeSize = block.readUInt16LE(0x58)
  const wide = (incompatible & known.wide) !== 0
  const layout: Layout = {
    blockSize,
    blockCount: (wide ? block.readUInt32LE(0x150) : 0) * 2 ** 32 + block.readUInt32LE(4),
    inodeCount: block.readUInt32LE(0),
    inodesPerGroup: block.readUInt32LE(0x28),
    inodeSize,
    descriptorSize: wide ? block.readUInt16LE(0xfe) : 32,
    firstDataBlock: block.readUInt32LE(0x14),
    incompatible,
  }
  if (blockSize > largestBlock) throw unsupportedDisk(`blocks of ${blockSize} bytes`)
  const plausible =
    layout.blockCount > 0 &&
    layout.blockCount * blockSize <= disk.fileSize &&
    layout.inodesPerGroup > 0 &&
    inodeSize >= shortInode &&
    inodeSize <= blockSize &&
    layout.descriptorSize >= 32 &&
    layout.descriptorSize <= blockSize &&
    layout.firstDataBlock <= 1
  if (!plausible) throw damagedDisk('its sizes do not fit together')
  return layout
}

function parseInode(number: number, raw: Buffer): Inode {
  const mode = raw.readUInt16LE(0)
  const extraSize = raw.length > shortInode ? raw.readUInt16LE(0x80) : 0
  const hasExtra = extraSize >= 0x8c - shortInode && shortInode + extraSize <= raw.length
  const modifiedExtra = hasExtra ? raw.readUInt32LE(0x88) : 0
  const size = raw.readUInt32LE(0x6c) * 2 ** 32 + raw.readUInt32LE(4)
  if (!Number.isSafeInteger(size)) throw damagedDisk('a file is larger than any file can be')
  return {
    number,
    mode,
    uid: raw.readUInt16LE(0x78) * 65_536 + raw.readUInt16LE(2),
    gid: raw.readUInt16LE(0x7a) * 65_536 + raw.readUInt16LE(0x18),
    size,
    links: raw.readUInt16LE(0x1a),
    modified: joinTime(raw.readInt32LE(0x10), modifiedExtra),
    flags: raw.readUInt32LE(0x20),
    place: raw.subarray(0x28, 0x28 + 60),
    tail: shortInode + extraSize <= raw.length ? raw.subarray(shortInode + extraSize) : Buffer.alloc(0),
    attributeBlock: raw.readUInt16LE(0x76) * 2 ** 32 + raw.readUInt32LE(0x68),
  }
}

/** The upper 30 bits of `extra` are nanoseconds, the lower two lengthen the seconds. */
function joinTime(seconds: number, extra: number): bigint {
  return (BigInt(seconds) + BigInt(extra & 3) * 2n ** 32n) * 1_000_000_000n + BigInt(extra >>> 2)
}

/** What goes into the second word of a time, or null where that time does not fit into an inode. */
export function extraOfTime(nanoseconds: bigint): number | null {
  const seconds = nanoseconds >= 0n ? nanoseconds / 1_000_000_000n : -((-nanoseconds + 999_999_999n) / 1_000_000_000n)
  const epoch = (seconds - BigInt.asIntN(32, seconds)) >> 32n
  if (epoch < 0n || epoch > 3n) return null
  return Number((nanoseconds - seconds * 1_000_000_000n) * 4n + epoch)
}

/** Refuses an image that ends before. */
export async function readExactly(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length)
  let done = 0
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done)
    if (bytesRead === 0) throw damagedDisk('it ends too early')
    done += bytesRead
  }
  return bytes
}
