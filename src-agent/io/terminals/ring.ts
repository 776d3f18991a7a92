const blockBytes = 64 * 1024
const newline = 10
const escape = 0x1b
/** So far a safe place to start is looked for. */
const searchBytes = 16 * 1024

/** The last output of a terminal. */
export interface Ring {
  append(bytes: Buffer): void
  /** What a new viewer is shown: whole if nothing was dropped, else from a place where a terminal can start. */
  replay(): Buffer
  clear(): void
}

/** Keeps `capacity` bytes and up to a block more. Memory is taken as it is needed and used again. */
export function createRing(capacity = 1024 * 1024): Ring {
  let blocks: Buffer[] = []
  /** Bytes in the last block. */
  let filled = 0
  let dropped = false
  const length = (): number => (blocks.length === 0 ? 0 : (blocks.length - 1) * blockBytes + filled)

  const nextBlock = (): Buffer => {
    // Dropping the first leaves at least `capacity` bytes, all blocks but the last being full.
    const isFull = (blocks.length - 1) * blockBytes >= capacity
    const block = (isFull ? blocks.shift() : undefined) ?? Buffer.allocUnsafeSlow(blockBytes)
    dropped ||= isFull
    blocks.push(block)
    filled = 0
    return block
  }

  return {
    append(bytes) {
      for (let offset = 0; offset < bytes.length; ) {
        const last = blocks.at(-1)
        const block = last && filled < blockBytes ? last : nextBlock()
        const copied = bytes.copy(block, filled, offset)
        filled += copied
        offset += copied
      }
    },
    replay() {
      const all = Buffer.concat(blocks, length())
      const last = all.subarray(Math.max(0, all.length - capacity))
      const isWhole = !dropped && last.length === all.length
      return isWhole ? last : last.subarray(safeStart(last))
    },
    clear() {
      blocks = []
      filled = 0
      dropped = false
    },
  }
}

/**
 * Where a terminal can start to read what was cut off in front: after a line's end; else at an escape sequence, unless
 * it is the end of another; else at least not within a character.
 */
export function safeStart(bytes: Buffer): number {
  const head = bytes.subarray(0, searchBytes)
  const line = head.indexOf(newline)
  if (line !== -1) return line + 1
  for (let at = head.indexOf(escape); at !== -1; at = head.indexOf(escape, at + 1)) {
    if (head[at + 1] !== 0x5c) return at
  }
  const character = head.findIndex((byte) => (byte & 0xc0) !== 0x80)
  return Math.max(character, 0)
}
