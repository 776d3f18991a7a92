import type { Attribute } from '../tar/attribute.ts'
import { damagedDisk } from './disk-errors.ts'
import type { Ext4, Inode } from './ext4.ts'
import { readSmall } from './extents.ts'

const magic = 0xea020000
const blockHeader = 32
const inodeHeader = 4
const entryHeader = 16
/** As the kernel: `XATTR_SIZE_MAX`. */
const largestValue = 65_536
const prefixes = new Map([
  [1, 'user.'],
  [2, 'system.posix_acl_access'],
  [3, 'system.posix_acl_default'],
  [4, 'trusted.'],
  [6, 'security.'],
])
const aclIndexes = [2, 3]

/**
 * The attributes of an inode that the host takes over. Of `security.` only file capabilities: a guest with a kernel of
 * its own can write labels that would mean something to this machine.
 */
export async function readAttributes(disk: Ext4, inode: Inode): Promise<Attribute[]> {
  const found: Attribute[] = []
  const { tail } = inode
  if (tail.length > inodeHeader && tail.readUInt32LE(0) === magic) {
    await parse(disk, tail.subarray(inodeHeader), tail.subarray(inodeHeader), found)
  }
  if (inode.attributeBlock !== 0) {
    const block = await disk.readBlocks(inode.attributeBlock, 1)
    if (block.readUInt32LE(0) !== magic) throw damagedDisk('a block of attributes is broken')
    await parse(disk, block.subarray(blockHeader), block, found)
  }
  return found.filter(({ name }) => !name.startsWith('security.') || name === 'security.capability')
}

/** `values` is what the places of values count from. */
async function parse(disk: Ext4, entries: Buffer, values: Buffer, found: Attribute[]): Promise<void> {
  let at = 0
  while (at + 4 <= entries.length && entries.readUInt32LE(at) !== 0) {
    if (at + entryHeader > entries.length) throw damagedDisk('an attribute is cut off')
    const nameLength = entries.readUInt8(at)
    const index = entries.readUInt8(at + 1)
    const place = entries.readUInt16LE(at + 2)
    const [inode, size] = [entries.readUInt32LE(at + 4), entries.readUInt32LE(at + 8)]
    const end = at + entryHeader + nameLength
    if (end > entries.length || size > largestValue) throw damagedDisk('an attribute is cut off')
    const prefix = prefixes.get(index)
    if (prefix !== undefined) {
      const value = inode === 0 ? slice(values, place, size) : await readLarge(disk, inode, size)
      const name = prefix + entries.toString('latin1', at + entryHeader, end)
      found.push({ name, value: aclIndexes.includes(index) ? toKernelAcl(value) : value })
    }
    at += (entryHeader + nameLength + 3) & ~3
  }
}

function slice(values: Buffer, place: number, size: number): Buffer {
  if (place + size > values.length) throw damagedDisk('the value of an attribute is cut off')
  return Buffer.from(values.subarray(place, place + size))
}

async function readLarge(disk: Ext4, number: number, size: number): Promise<Buffer> {
  const inode = await disk.inode(number)
  if (!disk.hasAttributeInodes || inode.size !== size) throw damagedDisk('the value of an attribute is missing')
  return readSmall(disk, inode, largestValue)
}

/** ext4 stores a list without the fields that most entries do not use; the kernel's interface has them all. */
function toKernelAcl(stored: Buffer): Buffer {
  const version = Buffer.from([2, 0, 0, 0])
  const parts = [version]
  let at = 4
  while (at + 4 <= stored.length) {
    const tag = stored.readUInt16LE(at)
    // A named user or group; the others have no number.
    const named = tag === 0x02 || tag === 0x08
    if (named && at + 8 > stored.length) throw damagedDisk('an access list is cut off')
    const entry = Buffer.alloc(8, 0xff)
    stored.copy(entry, 0, at, at + (named ? 8 : 4))
    parts.push(entry)
    at += named ? 8 : 4
  }
  return Buffer.concat(parts)
}
