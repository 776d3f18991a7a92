import { constants, createZstdCompress } from 'node:zlib'
import { chunkBytes, mostPacked } from './chunk-size.ts'

/** Compresses one block after the other, each to a frame of its own. */
export interface PackingLane {
  /** Where the next block is to be put. It is free again when `pack` has resolved. */
  readonly block: Buffer
  /** Of the first bytes of the block; resolves with the frame, in pieces. */
  pack(size: number): Promise<readonly Buffer[]>
  close(): void
}

/** `chunkSize`: what comes out at once. With Node's own of 16 KiB half of the time goes into calls between threads. */
const options = {
  params: { [constants.ZSTD_c_compressionLevel]: 3, [constants.ZSTD_c_checksumFlag]: 1 },
  chunkSize: mostPacked,
}

/**
 * Block and compressor are made once: one for each chunk, of two megabytes outside of the heap, made the collector of
 * garbage take as long as all compression.
 */
export function createPackingLane(): PackingLane {
  const stream = createZstdCompress(options)
  const block = Buffer.allocUnsafeSlow(chunkBytes)
  let pieces: Buffer[] = []
  stream.on('data', (piece: Buffer) => pieces.push(piece))
  return {
    block,
    pack: (size) =>
      new Promise((resolve, reject) => {
        stream.once('error', reject)
        stream.write(block.subarray(0, size))
        stream.flush(constants.ZSTD_e_end, () => {
          stream.off('error', reject)
          const packed = pieces
          pieces = []
          resolve(packed)
        })
      }),
    close: () => void stream.destroy(),
  }
}
