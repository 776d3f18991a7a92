import { ProtocolViolation } from './fields.ts'
import { limits, toGuest, toHost } from './protocol.ts'

const { FRAME_HEADER_BYTES: headerBytes, FRAME_PAYLOAD_MAX: payloadMax } = limits

export interface Frame {
  readonly type: number
  readonly session: number
  readonly payload: Buffer
}

const knownTypes: ReadonlySet<number> = new Set(Object.values(toHost))
/** What an earlier client's guest may still have had under way, many times over. */
const skippedMax = 4 * 1024 * 1024

/** One message to the guest, in as many frames as it needs. */
export function encodeMessage(type: number, session: number, payload: Uint8Array = new Uint8Array()): Buffer {
  const parts: Buffer[] = []
  let rest = payload
  do {
    const part = rest.subarray(0, payloadMax)
    rest = rest.subarray(part.length)
    parts.push(encodeFrame(type, session, part, rest.length > 0 ? limits.FRAME_MORE : 0))
  } while (rest.length > 0)
  return parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts)
}

function encodeFrame(type: number, session: number, payload: Uint8Array, flags: number): Buffer {
  const frame = Buffer.alloc(headerBytes + payload.length + 1)
  frame[0] = limits.FRAME_MAGIC
  frame[1] = flags
  frame.writeUInt16LE(type, 2)
  frame.writeUInt32LE(session, 4)
  frame.writeUInt32LE(payload.length, 8)
  frame.set(payload, headerBytes)
  frame[headerBytes + payload.length] = limits.FRAME_TRAILER
  return frame
}

/** What a client begins with: zeros that complete whatever an earlier one left half sent, then its greeting. */
export function encodeGreeting(nonce: Uint8Array): Buffer {
  return Buffer.concat([Buffer.alloc(limits.PREAMBLE_BYTES), encodeMessage(toGuest.HELLO, 0, nonce)])
}

/**
 * Cuts the guest's bytes into frames. Holds back less than one frame, whatever comes. Throws {@link ProtocolViolation}.
 * Until the guest's answer to this very greeting arrives, everything is dropped: it was meant for an earlier client.
 */
export function createFrameReader(nonce: Uint8Array, onFrame: (frame: Frame) => void): (chunk: Buffer) => void {
  let held: Buffer = Buffer.alloc(0)
  let greeted = false
  let skipped = 0
  return (chunk) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk])
    if (!greeted) {
      const start = findAnswer(held, nonce)
      if (start === null) {
        const kept = Math.min(held.length, headerBytes + nonce.length - 1)
        skipped += held.length - kept
        held = Buffer.from(held.subarray(held.length - kept))
        if (skipped > skippedMax) throw new ProtocolViolation('The guest does not answer the greeting.')
        return
      }
      greeted = true
      held = held.subarray(start)
    }
    held = Buffer.from(takeFrames(held, onFrame))
  }
}

function findAnswer(held: Buffer, nonce: Uint8Array): number | null {
  for (let at = held.indexOf(nonce); at >= 0; at = held.indexOf(nonce, at + 1)) {
    const start = at - headerBytes
    if (start >= 0 && held[start] === limits.FRAME_MAGIC && held.readUInt16LE(start + 2) === toHost.HELLO) return start
  }
  return null
}

/** What is left when all whole frames are taken. */
function takeFrames(bytes: Buffer, onFrame: (frame: Frame) => void): Buffer {
  let rest = bytes
  while (rest.length >= headerBytes) {
    const type = rest.readUInt16LE(2)
    const length = rest.readUInt32LE(8)
    if (rest[0] !== limits.FRAME_MAGIC || rest[1] !== 0 || !knownTypes.has(type) || length > payloadMax) {
      throw new ProtocolViolation('The guest sent something that is no frame.')
    }
    const size = headerBytes + length + 1
    if (rest.length < size) return rest
    if (rest[size - 1] !== limits.FRAME_TRAILER) throw new ProtocolViolation('A frame does not end where it should.')
    // A copy: what is kept of it must not keep the whole chunk.
    const payload = Buffer.from(rest.subarray(headerBytes, headerBytes + length))
    onFrame({ type, session: rest.readUInt32LE(4), payload })
    rest = rest.subarray(size)
  }
  return rest
}
