import { promisify } from 'node:util'
import { constants, zstdCompress, zstdDecompress } from 'node:zlib'
import { type Bytes, readBytes } from '../../storage/tar/byte-reader.ts'
import { bundleDamaged } from './bundle-errors.ts'
import type { ChunkCipher } from './chunk-cipher.ts'
import { frame, frameHead, kinds, readFrameHead } from './skippable-frame.ts'

const squeeze = promisify(zstdCompress)
const expand = promisify(zstdDecompress)

/** Of content in one chunk, at most. What a chunk unpacks to can never be more. */
export const chunkBytes = 2 * 2 ** 20
/** zstd adds next to nothing to what cannot be compressed. */
const mostPacked = chunkBytes + 64 * 1024
/** As many as two processors have to do. */
const atOnce = 3
/** `chunkSize`: what comes out at once. With Node's own of 16 KiB half of the time goes into calls between threads. */
const options = {
  params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 },
  chunkSize: mostPacked,
}

/**
 * Compresses a stream in chunks that do not depend on each other: several are worked on at once, none can unpack to more than
 * is known, and each can be encrypted by itself. Each chunk is a frame of zstd after a short frame with its length; encrypted,
 * it is in a frame that unpackers skip. An empty buffer in the stream ends a chunk.
 */
export async function* packChunks(source: AsyncIterable<Buffer>, cipher: ChunkCipher | null): AsyncGenerator<Buffer> {
  const waiting: Promise<Buffer>[] = []
  /** One is held back, because the last one is marked. */
  let held: Buffer | null = null
  const put = function* (packed: Buffer, last: boolean) {
    yield cipher === null
      ? Buffer.concat([lengthFrame(packed.length, last), packed])
      : frame(kinds.sealed(last), cipher.seal(packed, last))
  }
  const settle = async function* (left: number) {
    while (waiting.length > left) {
      const packed = await waiting.shift()
      if (held !== null) yield* put(held, false)
      held = packed ?? null
    }
  }
  for await (const block of inBlocks(source)) {
    const packed = squeeze(block, options)
    packed.catch(() => undefined) // reported when its turn has come
    waiting.push(packed)
    yield* settle(atOnce)
  }
  yield* settle(0)
  yield* put(held ?? (await squeeze(Buffer.alloc(0), options)), true)
}

async function* inBlocks(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let parts: Buffer[] = []
  let size = 0
  for await (const bytes of source) {
    if (bytes.length === 0 && size > 0) {
      yield Buffer.concat(parts)
      parts = []
      size = 0
    }
    for (let rest = bytes; rest.length > 0; ) {
      const piece = rest.subarray(0, chunkBytes - size)
      parts.push(piece)
      size += piece.length
      rest = rest.subarray(piece.length)
      if (size < chunkBytes) continue
      yield Buffer.concat(parts)
      parts = []
      size = 0
    }
  }
  if (size > 0) yield Buffer.concat(parts)
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
