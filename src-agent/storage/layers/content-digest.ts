import { createHash } from 'node:crypto'

/** Of one file, given its parts with content in their order; what lies between is holes. */
export interface ContentDigest {
  add(offset: number, bytes: Buffer): void
  end(): string
}

/** Beyond this size a file is hashed without its empty blocks: one of 8 EiB of nothing is as quick as it should be. */
const plainBytes = 2 ** 30
const blockBytes = 64 * 1024
const empty = Buffer.alloc(blockBytes)

/**
 * Depends on the content alone and not on where its holes are, which a file system may change by itself: SHA-256 of the
 * content, or of every block of 64 KiB that is not empty, each with its place before it, and the size.
 */
export function createContentDigest(size: number): ContentDigest {
  return size <= plainBytes ? plainDigest(size) : blockDigest(size)
}

function plainDigest(size: number): ContentDigest {
  const hash = createHash('sha256')
  let at = 0
  const fillTo = (end: number): void => {
    for (; at < end; at += Math.min(blockBytes, end - at))
      hash.update(empty.subarray(0, Math.min(blockBytes, end - at)))
  }
  return {
    add(offset, bytes) {
      fillTo(offset)
      hash.update(bytes)
      at = offset + bytes.length
    },
    end() {
      fillTo(size)
      return hash.digest('hex')
    },
  }
}

function blockDigest(size: number): ContentDigest {
  const hash = createHash('sha256')
  const block = Buffer.alloc(blockBytes)
  let current = 0
  const flush = (): void => {
    if (block.equals(empty)) return
    hash.update(placeOf(current * blockBytes))
    hash.update(block)
    block.fill(0)
  }
  return {
    add(offset, bytes) {
      for (let from = 0; from < bytes.length; ) {
        const at = offset + from
        const index = Math.floor(at / blockBytes)
        if (index !== current) {
          flush()
          current = index
        }
        from += bytes.copy(block, at - index * blockBytes, from)
      }
    },
    end() {
      flush()
      hash.update(placeOf(size))
      return `blocks:${hash.digest('hex')}`
    },
  }
}

function placeOf(offset: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(BigInt(offset))
  return bytes
}
