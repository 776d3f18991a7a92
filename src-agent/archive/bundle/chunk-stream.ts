import { promisify } from 'node:util'
import { zstdDecompress } from 'node:zlib'
import { type Bytes, readBytes } from '../../storage/tar/byte-reader.ts'
import { bundleDamaged } from './bundle-errors.ts'
import type { ChunkCipher } from './chunk-cipher.ts'
import { chunkBytes, mostPacked } from './chunk-size.ts'
import { createPackingLane, type PackingLane } from './packing-lane.ts'
import { frame, frameHead, kinds, readFrameHead } from './skippable-frame.ts'

const expand = promisify(zstdDecompress)

/** As many as two processors have to do. */
const atOnce = 3

/**
 * Compresses a stream in chunks that do not depend on each other: several are worked on at once, none can unpack to more than
 * is known, and each can be encrypted by itself. Each chunk is a frame of zstd after a short frame with its length; encrypted,
 * it is in a frame that unpackers skip. An empty buffer in the stream ends a chunk.
 */
export async function* packChunks(source: AsyncIterable<Buffer>, cipher: ChunkCipher | null): AsyncGenerator<Buffer> {
  /** One is held back, because the last one is marked. */
  let held: readonly Buffer[] | null = null
  for await (const packed of packBlocks(source)) {
    if (held !== null) yield* framed(held, false, cipher)
    held = packed
  }
  if (held !== null) yield* framed(held, true, cipher)
}

function* framed(packed: readonly Buffer[], last: boolean, cipher: ChunkCipher | null): Generator<Buffer> {
  if (cipher !== null) return yield frame(kinds.sealed(last), cipher.seal(Buffer.concat(packed), last))
  const size = packed.reduce((sum, piece) => sum + piece.length, 0)
  yield lengthFrame(size, last)
  yield* packed
}

/** The frames of zstd, in their order; of nothing one that is empty. */
async function* packBlocks(source: AsyncIterable<Buffer>): AsyncGenerator<readonly Buffer[]> {
  const lanes = new Set<PackingLane>()
  const free: PackingLane[] = []
  const busy: { readonly lane: PackingLane; readonly packed: Promise<readonly Buffer[]> }[] = []
  const take = (): PackingLane => {
    const lane = free.shift() ?? createPackingLane()
    lanes.add(lane)
    return lane
  }
  const settle = async function* (left: number) {
    for (let first = busy[0]; first !== undefined && busy.length > left; first = busy[0]) {
      yield await first.packed
      free.push(first.lane)
      busy.shift()
    }
  }
  let lane = take()
  let size = 0
  const endBlock = async function* () {
    const packed = lane.pack(size)
    packed.catch(() => undefined) // reported when its turn has come
    busy.push({ lane, packed })
    yield* settle(atOnce - 1)
    lane = take()
    size = 0
  }
  try {
    let isEmpty = true
    for await (const bytes of source) {
      if (bytes.length === 0 && size > 0) yield* endBlock()
      for (let rest = bytes; rest.length > 0; ) {
        const taken = rest.copy(lane.block, size)
        size += taken
        isEmpty = false
        rest = rest.subarray(taken)
        if (size === chunkBytes) yield* endBlock()
      }
    }
    if (size > 0 || isEmpty) yield* endBlock()
    yield* settle(0)
  } finally {
    for (const each of lanes) each.close()
  }
}

/** The reverse. Every byte of the source belongs to a chunk, and the last one is marked, or it is damaged. */
export async function* unpackChunks(source: Bytes, cipher: ChunkCipher | null): AsyncGenerator<Buffer> {
  const reader = readBytes(source)
  try {
    for (let last = false; !last; ) {
      const head = await readFrameHead(reader)
      last = head.kind === kinds.lengthOfLast || head.kind === kinds.sealedLast
      let packed: Buffer
      if (cipher === null) {
        if ((head.kind !== kinds.length && !last) || head.kind === kinds.sealedLast || head.size !== 4)
          throw bundleDamaged('a chunk has no length')
        packed = await reader.exact(checked((await reader.exact(4)).readUInt32LE(0)))
      } else {
        if (head.kind !== kinds.sealed(last)) throw bundleDamaged('a chunk is not encrypted')
        packed = cipher.open(await reader.exact(checked(head.size)), last)
      }
      yield await expandChunk(packed)
    }
    if ((await reader.some(1)) !== null) throw bundleDamaged('something follows the last chunk')
  } finally {
    await reader.close()
  }
}

function checked(size: number): number {
  if (size > mostPacked) throw bundleDamaged('a chunk is too large')
  return size
}

async function expandChunk(packed: Buffer): Promise<Buffer> {
  try {
    return await expand(packed, { maxOutputLength: chunkBytes, chunkSize: chunkBytes })
  } catch (error) {
    throw bundleDamaged(error instanceof Error ? error.message : 'a chunk does not unpack')
  }
}

function lengthFrame(size: number, last: boolean): Buffer {
  const body = Buffer.alloc(4)
  body.writeUInt32LE(size)
  return Buffer.concat([frameHead(last ? kinds.lengthOfLast : kinds.length, 4), body])
}
