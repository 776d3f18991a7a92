import { expect, test } from 'vitest'
import { createMessageReader, type Message } from './message-reader.ts'

/** A frame as a server sends it. */
function frame(first: number, payload: Buffer | string): Buffer {
  const bytes = Buffer.from(payload)
  const length = bytes.length
  if (length < 126) return Buffer.concat([Buffer.from([first, length]), bytes])
  if (length < 65536) return Buffer.concat([Buffer.from([first, 126, length >> 8, length & 255]), bytes])
  const head = Buffer.alloc(10)
  head[0] = first
  head[1] = 127
  head.writeBigUInt64BE(BigInt(length), 2)
  return Buffer.concat([head, bytes])
}

function readAll(pieces: readonly Buffer[], mostBytes = 1024 * 1024): Message[] {
  const reader = createMessageReader(mostBytes)
  const messages: Message[] = []
  for (const piece of pieces) {
    reader.push(piece)
    for (let message = reader.next(); message; message = reader.next()) messages.push(message)
  }
  return messages
}

const sample = Buffer.concat([
  frame(0x81, 'short'),
  frame(0x82, ''),
  frame(0x82, Buffer.alloc(200, 1)),
  frame(0x82, Buffer.alloc(70_000, 2)),
  // In three frames, with one about the connection between them.
  frame(0x01, 'one '),
  frame(0x89, 'ping'),
  frame(0x00, 'two '),
  frame(0x80, 'three'),
  frame(0x88, Buffer.from([0x03, 0xe8])),
])
const expected: Message[] = [
  { kind: 'text', bytes: Buffer.from('short') },
  { kind: 'binary', bytes: Buffer.alloc(0) },
  { kind: 'binary', bytes: Buffer.alloc(200, 1) },
  { kind: 'binary', bytes: Buffer.alloc(70_000, 2) },
  { kind: 'ping', bytes: Buffer.from('ping') },
  { kind: 'text', bytes: Buffer.from('one two three') },
  { kind: 'close', bytes: Buffer.from([0x03, 0xe8]) },
]

test('messages of every length come out whole, also in several frames', () => {
  expect(readAll([sample])).toEqual(expected)
})

test.each([1, 2, 3, 7, 13, 1000, 65_535])('the pieces in which they come make no difference: %i bytes', (size) => {
  const pieces: Buffer[] = []
  for (let at = 0; at < sample.length; at += size) pieces.push(sample.subarray(at, at + size))
  expect(readAll(pieces)).toEqual(expected)
})

test.each([
  ['an extension that was not agreed upon', frame(0xc1, 'x')],
  ['a kind that does not exist', frame(0x83, 'x')],
  ['a masked frame', Buffer.from([0x81, 0x81, 0, 0, 0, 0, 1])],
  ['a ping in several frames', frame(0x09, 'x')],
  ['a ping that is too large', frame(0x89, Buffer.alloc(126))],
  ['the rest of a message that never began', frame(0x80, 'x')],
  ['a message within another', Buffer.concat([frame(0x01, 'x'), frame(0x81, 'y')])],
  ['a message that is too large', frame(0x82, Buffer.alloc(1001))],
  [
    'frames that are too large together',
    Buffer.concat([frame(0x02, Buffer.alloc(600)), frame(0x80, Buffer.alloc(600))]),
  ],
])('%s is refused', (_what, bytes) => {
  expect(() => readAll([bytes], 1000)).toThrow()
})
