import type { FileHandle } from 'node:fs/promises'
import { damagedDisk } from './disk-errors.ts'
import { type Ext4, openExt4, type ReadDisk, readExactly } from './ext4.ts'
import { readSmall } from './extents.ts'

/** Blocks of the disk that have a newer content in its journal. */
type Patches = ReadonlyMap<number, Buffer>

const journalInode = 8
const largestJournal = 256 * 2 ** 20
const magic = 0xc03b3998
const [descriptor, commit, revoke] = [1, 2, 5]
const superblocks = [3, 4]
const incompatible = { wide: 0x2, checksums2: 0x8, checksums3: 0x10 }
/** Revokes, 64 bits, asynchronous commits, checksums; not fast commits, which nobody here switches on. */
const supported = 0x1f
const tagFlags = { escaped: 1, sameUuid: 2, last: 8 }
const headerSize = 12
const chunkBytes = 64 * 1024
const mostChunks = 256

/**
 * Opens an image whose journal need not have been replayed: one that a guest has mounted at this moment, or had when it was
 * killed. What the journal holds is shown in place of the blocks it is meant for; nothing is written.
 */
export async function openUnsettledDisk(file: FileHandle): Promise<Ext4> {
  const read = createChunkReader(file)
  const disk = await openExt4(file, read)
  const patches = await readJournal(disk)
  return patches.size === 0 ? disk : openExt4(file, withPatches(read, patches, disk.blockSize))
}

/** Inodes and folders are small and lie side by side. Keeps what was read. */
function createChunkReader(file: FileHandle): ReadDisk {
  const chunks = new Map<number, Promise<Buffer>>()
  const readChunk = async (index: number): Promise<Buffer> => {
    const chunk = Buffer.alloc(chunkBytes)
    const { bytesRead } = await file.read(chunk, 0, chunkBytes, index * chunkBytes)
    return chunk.subarray(0, bytesRead)
  }
  return async (position, length) => {
    const index = Math.floor(position / chunkBytes)
    const at = position - index * chunkBytes
    if (length > 4096 || at + length > chunkBytes) return readExactly(file, position, length)
    const chunk = chunks.get(index) ?? readChunk(index)
    if (!chunks.has(index) && chunks.size >= mostChunks) chunks.clear()
    chunks.set(index, chunk)
    const bytes = await chunk
    if (at + length > bytes.length) throw damagedDisk('it ends too early')
    return Buffer.from(bytes.subarray(at, at + length))
  }
}

function withPatches(read: ReadDisk, patches: Patches, blockSize: number): ReadDisk {
  return async (position, length) => {
    const bytes = await read(position, length)
    const end = position + length
    for (let block = Math.floor(position / blockSize); block * blockSize < end; block += 1) {
      const start = block * blockSize
      patches
        .get(block)
        ?.copy(bytes, Math.max(0, start - position), Math.max(0, position - start), Math.min(blockSize, end - start))
    }
    return bytes
  }
}

interface Transaction {
  readonly writes: (readonly [block: number, content: Buffer])[]
  readonly revoked: number[]
}

interface Journal {
  readonly blocks: Buffer
  readonly blockSize: number
  readonly first: number
  readonly end: number
  readonly features: number
}

async function readJournal(disk: Ext4): Promise<Patches> {
  const { blockSize } = disk
  const inode = await disk.inode(journalInode)
  if (inode.size < blockSize) return new Map()
  const blocks = await readSmall(disk, inode, largestJournal)
  const [end, first] = [blocks.readUInt32BE(16), blocks.readUInt32BE(20)]
  const [sequence, start, features] = [blocks.readUInt32BE(24), blocks.readUInt32BE(28), blocks.readUInt32BE(40)]
  const isWhole = blocks.readUInt32BE(12) === blockSize && end * blockSize <= blocks.length && first > 0 && first < end
  const isJournal = blocks.readUInt32BE(0) === magic && superblocks.includes(blocks.readUInt32BE(4))
  if (!isJournal || !isWhole || start >= end || (features & ~supported) !== 0)
    throw damagedDisk('its journal is broken')
  if (start === 0) return new Map()
  return apply(readTransactions({ blocks, blockSize, first, end, features }, start, sequence))
}

/** Those that were committed, in their order. One that was not is as if it had never been. */
function readTransactions(journal: Journal, start: number, firstSequence: number): Transaction[] {
  const { blocks, blockSize, first, end } = journal
  const found: Transaction[] = []
  let current: Transaction = { writes: [], revoked: [] }
  let sequence = firstSequence
  let [at, left] = [start, end]
  const next = (): Buffer => {
    const block = blocks.subarray(at * blockSize, (at + 1) * blockSize)
    at = at + 1 >= end ? first : at + 1
    left -= 1
    return block
  }
  while (left > 0) {
    const block = next()
    if (block.readUInt32BE(0) !== magic || block.readUInt32BE(8) !== sequence) break
    const kind = block.readUInt32BE(4)
    if (kind === descriptor) {
      for (const { target, isEscaped } of readTags(journal, block)) {
        if (left > 0) current.writes.push([target, isEscaped ? unescape(next()) : next()])
      }
    } else if (kind === revoke) current.revoked.push(...readRevoked(journal, block))
    else if (kind === commit) {
      found.push(current)
      current = { writes: [], revoked: [] }
      sequence = (sequence + 1) >>> 0
    } else break
  }
  return found
}

/** `journal_block_tag_s` and `journal_block_tag3_s`: which block each of those that follow is for. */
function readTags({ features, blockSize }: Journal, block: Buffer): { target: number; isEscaped: boolean }[] {
  const isThird = (features & incompatible.checksums3) !== 0
  const isWide = (features & incompatible.wide) !== 0
  const hasTail = (features & (incompatible.checksums2 | incompatible.checksums3)) !== 0
  const size = isThird ? 16 : (isWide ? 12 : 8) + ((features & incompatible.checksums2) !== 0 ? 2 : 0)
  const found: { target: number; isEscaped: boolean }[] = []
  for (let at = headerSize; at + size <= blockSize - (hasTail ? 4 : 0); ) {
    const flags = isThird ? block.readUInt32BE(at + 4) : block.readUInt16BE(at + 6)
    const high = isWide ? block.readUInt32BE(at + 8) : 0
    found.push({ target: high * 2 ** 32 + block.readUInt32BE(at), isEscaped: (flags & tagFlags.escaped) !== 0 })
    if ((flags & tagFlags.last) !== 0) break
    at += size + ((flags & tagFlags.sameUuid) === 0 ? 16 : 0)
  }
  return found
}

function readRevoked({ features, blockSize }: Journal, block: Buffer): number[] {
  const isWide = (features & incompatible.wide) !== 0
  const end = Math.min(block.readUInt32BE(headerSize), blockSize)
  const found: number[] = []
  const size = isWide ? 8 : 4
  for (let at = headerSize + 4; at + size <= end; at += size) {
    found.push(isWide ? block.readUInt32BE(at) * 2 ** 32 + block.readUInt32BE(at + 4) : block.readUInt32BE(at))
  }
  return found
}

/** A block that begins like one of the journal's own is kept with zeros there. */
function unescape(block: Buffer): Buffer {
  const content = Buffer.from(block)
  content.writeUInt32BE(magic, 0)
  return content
}

/** A block that was revoked later, or in the same transaction, is not the journal's business any more. */
function apply(transactions: readonly Transaction[]): Patches {
  const revokedIn = new Map<number, number>()
  for (const [index, { revoked }] of transactions.entries()) for (const block of revoked) revokedIn.set(block, index)
  const patches = new Map<number, Buffer>()
  for (const [index, { writes }] of transactions.entries()) {
    for (const [block, content] of writes) if ((revokedIn.get(block) ?? -1) < index) patches.set(block, content)
  }
  return patches
}
