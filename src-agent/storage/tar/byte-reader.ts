import { truncated } from './archive-refusals.ts'

export type Bytes = AsyncIterable<Uint8Array>

/** Reads a stream in pieces of a wished length, without copying where a piece lies in one chunk. */
export interface ByteReader {
  /** Exactly so many bytes. A stream that ends before is refused. */
  exact(length: number): Promise<Buffer>
  /** At least one byte and at most so many; null at the end. */
  some(atMost: number): Promise<Buffer | null>
  /** How many bytes were given so far. */
  readonly position: number
  /** The source is no longer wanted. */
  close(): Promise<void>
}

export function readBytes(source: Bytes): ByteReader {
  const iterator = source[Symbol.asyncIterator]()
  let rest: Buffer = Buffer.alloc(0)
  let position = 0
  const fill = async (): Promise<boolean> => {
    while (rest.length === 0) {
      const next = await iterator.next()
      if (next.done) return false
      rest = Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength)
    }
    return true
  }
  const take = (length: number): Buffer => {
    const taken = rest.subarray(0, length)
    rest = rest.subarray(length)
    position += taken.length
    return taken
  }
  return {
    get position() {
      return position
    },
    async exact(length) {
      if (rest.length >= length) return take(length)
      const parts: Buffer[] = []
      for (let left = length; left > 0; ) {
        if (!(await fill())) throw truncated()
        const part = take(left)
        parts.push(part)
        left -= part.length
      }
      return Buffer.concat(parts, length)
    },
    some: async (atMost) => ((await fill()) ? take(atMost) : null),
    close: async () => void (await iterator.return?.()),
  }
}
