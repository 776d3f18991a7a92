import type { ByteReader } from '../../storage/tar/byte-reader.ts'
import { bundleDamaged } from './bundle-errors.ts'

/**
 * Frames that every reader of zstd skips (RFC 8878, 3.1.2): a bundle that is not encrypted is unpacked by `zstd -d`.
 * The numbers are those of the 16 magic numbers that are free for such use.
 */
export const kinds = {
  head: 0xa,
  length: 0xb,
  lengthOfLast: 0xc,
  sealedMore: 0xd,
  sealedLast: 0xe,
  trailer: 0xf,
  sealed: (last: boolean): number => (last ? 0xe : 0xd),
}

const magic = 0x184d2a50
export const frameHeadBytes = 8

export function frameHead(kind: number, size: number): Buffer {
  const head = Buffer.alloc(frameHeadBytes)
  head.writeUInt32LE(magic + kind, 0)
  head.writeUInt32LE(size, 4)
  return head
}

export function frame(kind: number, body: Buffer): Buffer {
  return Buffer.concat([frameHead(kind, body.length), body])
}

export function parseFrameHead(head: Buffer): { readonly kind: number; readonly size: number } {
  const kind = head.readUInt32LE(0) - magic
  if (kind < 0 || kind > 0xf) throw bundleDamaged('a frame is of no known kind')
  return { kind, size: head.readUInt32LE(4) }
}

export async function readFrameHead(reader: ByteReader): Promise<{ readonly kind: number; readonly size: number }> {
  return parseFrameHead(await reader.exact(frameHeadBytes))
}
