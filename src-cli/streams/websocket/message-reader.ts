/** What a WebSocket carries: text or bytes whole, or one of the messages about the connection itself. */
export interface Message {
  readonly kind: 'text' | 'binary' | 'close' | 'ping' | 'pong'
  readonly bytes: Buffer
}

/** Takes bytes in whatever pieces they come, and gives messages. */
export interface MessageReader {
  push(bytes: Buffer): void
  /** Null until there is a whole one. Throws where the bytes are none of the protocol. */
  next(): Message | null
}

interface Head {
  readonly isLast: boolean
  readonly opcode: number
  readonly length: number
}

/** Of a message that comes in several frames, what has come. */
interface Begun {
  readonly kind: 'text' | 'binary'
  readonly parts: Buffer[]
  size: number
}

const kinds = new Map<number, Message['kind']>([
  [1, 'text'],
  [2, 'binary'],
  [8, 'close'],
  [9, 'ping'],
  [10, 'pong'],
])
const isControl = (opcode: number): boolean => opcode >= 8
const mostControlBytes = 125

/** Reads what a server sends (RFC 6455, section 5), without extensions. */
export function createMessageReader(mostBytes: number): MessageReader {
  const queue = createByteQueue()
  let head: Head | null = null
  let begun: Begun | null = null

  /** The message that this frame ends, if it ends one. */
  const accept = ({ isLast, opcode }: Head, bytes: Buffer): Message | null => {
    const kind = kinds.get(opcode)
    if (kind !== undefined && kind !== 'text' && kind !== 'binary') return { kind, bytes }
    if ((opcode === 0) !== (begun !== null)) throw new Error('A message began within another, or went on without one.')
    if (isLast && kind !== undefined) return { kind, bytes }
    begun ??= { kind: kind === 'text' ? 'text' : 'binary', parts: [], size: 0 }
    begun.parts.push(bytes)
    begun.size += bytes.length
    if (begun.size > mostBytes) throw new Error('A message is too large.')
    if (!isLast) return null
    const message = { kind: begun.kind, bytes: Buffer.concat(begun.parts) }
    begun = null
    return message
  }

  return {
    push: (bytes) => queue.push(bytes),
    next() {
      for (;;) {
        head ??= readHead(queue, mostBytes)
        if (head === null || queue.size() < head.length) return null
        const message = accept(head, queue.take(head.length))
        head = null
        if (message) return message
      }
    },
  }
}

/** Null where more bytes have to come. */
function readHead(queue: ByteQueue, mostBytes: number): Head | null {
  const [first, second] = [queue.at(0), queue.at(1)]
  if (first === undefined || second === undefined) return null
  const opcode = first & 0x0f
  const isLast = (first & 0x80) !== 0
  if ((first & 0x70) !== 0 || (opcode !== 0 && !kinds.has(opcode))) throw new Error('A frame is of no known kind.')
  if ((second & 0x80) !== 0) throw new Error('A frame of the server is masked.')
  const short = second & 0x7f
  if (isControl(opcode) && (!isLast || short > mostControlBytes)) throw new Error('A frame of control is too large.')
  const more = short === 126 ? 2 : short === 127 ? 8 : 0
  if (queue.size() < 2 + more) return null
  queue.take(2)
  const length = more === 0 ? short : readLength(queue.take(more))
  if (length > mostBytes) throw new Error('A message is too large.')
  return { isLast, opcode, length }
}

function readLength(bytes: Buffer): number {
  return bytes.length === 2 ? bytes.readUInt16BE() : Number(bytes.readBigUInt64BE())
}

interface ByteQueue {
  size(): number
  push(bytes: Buffer): void
  /** The byte at this place from the front, of the first few. */
  at(place: number): number | undefined
  /** So many from the front; they MUST be there. */
  take(count: number): Buffer
}

function createByteQueue(): ByteQueue {
  const pieces: Buffer[] = []
  let size = 0
  return {
    size: () => size,
    push(bytes) {
      if (bytes.length === 0) return
      pieces.push(bytes)
      size += bytes.length
    },
    at(place) {
      for (const piece of pieces) {
        if (place < piece.length) return piece[place]
        place -= piece.length
      }
      return undefined
    },
    take(count) {
      size -= count
      const taken: Buffer[] = []
      let used = 0
      for (let left = count; left > 0; ) {
        const piece = pieces[used] ?? Buffer.alloc(0)
        taken.push(piece.subarray(0, left))
        if (piece.length > left) pieces[used] = piece.subarray(left)
        else used += 1
        left -= piece.length
      }
      pieces.splice(0, used)
      return taken.length === 1 && taken[0] ? taken[0] : Buffer.concat(taken)
    },
  }
}
