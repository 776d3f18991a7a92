import { expect, test } from 'vitest'
import { decodeFields, encodeFields, ProtocolViolation } from './fields.ts'
import { createFrameReader, encodeGreeting, encodeMessage, type Frame } from './frames.ts'
import { limits, toGuest, toHost } from './protocol.ts'

const nonce = Buffer.alloc(limits.NONCE_BYTES, 7)
const hello = encodeMessage(toHost.HELLO, 0, nonce)
const ok = (session: number) => encodeMessage(toHost.OK, session)

function read(chunks: readonly Buffer[]): Frame[] {
  const frames: Frame[] = []
  const take = createFrameReader(nonce, (frame) => frames.push(frame))
  for (const chunk of chunks) take(chunk)
  return frames
}

test('frames are the same however their bytes are cut', () => {
  const bytes = Buffer.concat([hello, ok(1), encodeMessage(toHost.STDOUT, 2, Buffer.from([0, 255, 10])), ok(3)])
  const whole = read([bytes])
  expect(whole.map(({ session }) => session)).toEqual([0, 1, 2, 3])
  expect(whole[2]?.payload).toEqual(Buffer.from([0, 255, 10]))
  for (const size of [1, 2, 7, 13]) {
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.subarray(index * size, (index + 1) * size),
    )
    expect(read(pieces)).toEqual(whole)
  }
})

test('what was meant for an earlier client is dropped, even a greeting', () => {
  const stranger = encodeMessage(toHost.HELLO, 0, Buffer.alloc(limits.NONCE_BYTES, 8))
  const rest = encodeMessage(toHost.STDOUT, 9, Buffer.alloc(500, 1)).subarray(100)
  expect(read([Buffer.concat([rest, stranger, ok(9)]), hello, ok(1)]).map(({ session }) => session)).toEqual([0, 1])
})

test('a guest that never greets is not listened to for ever, and nothing of it is kept', () => {
  const take = createFrameReader(nonce, () => {})
  const flood = () => {
    for (let count = 0; count < 100; count += 1) take(Buffer.alloc(64 * 1024, 1))
  }
  expect(flood).toThrow(ProtocolViolation)
})

test.each([
  ['a length beyond the largest', (frame: Buffer) => frame.writeUInt32LE(limits.FRAME_PAYLOAD_MAX + 1, 8)],
  ['the largest length there is', (frame: Buffer) => frame.writeUInt32LE(0xffffffff, 8)],
  ['another magic', (frame: Buffer) => frame.writeUInt8(0, 0)],
  ['an unknown type', (frame: Buffer) => frame.writeUInt16LE(toGuest.SHUTDOWN, 2)],
  ['flags, which only the host may set', (frame: Buffer) => frame.writeUInt8(1, 1)],
  ['a wrong trailer', (frame: Buffer) => frame.writeUInt8(0, frame.length - 1)],
])('a frame with %s is refused', (_name, spoil) => {
  const frame = encodeMessage(toHost.STDOUT, 1, Buffer.from('x'))
  spoil(frame)
  expect(() => read([hello, frame])).toThrow(ProtocolViolation)
})

test('a long message becomes several frames, all but the last of them marked', () => {
  const payload = Buffer.alloc(limits.FRAME_PAYLOAD_MAX * 2 + 1, 5)
  const bytes = encodeMessage(toGuest.EXEC, 4, payload)
  const second = limits.FRAME_HEADER_BYTES + limits.FRAME_PAYLOAD_MAX + 1
  expect([bytes[1], bytes[second + 1], bytes[2 * second + 1]]).toEqual([1, 1, 0])
  expect(bytes.readUInt32LE(2 * second + 8)).toBe(1)
})

test('a greeting begins with enough zeros to complete the largest frame', () => {
  const greeting = encodeGreeting(nonce)
  const zeros = greeting.findIndex((byte) => byte !== 0)
  expect(zeros).toBeGreaterThanOrEqual(limits.FRAME_HEADER_BYTES + limits.FRAME_PAYLOAD_MAX + 1)
})

const spec = { 1: ['name', 'text'], 2: ['size', 'number'], 3: ['list', 'texts'] } as const

test('fields come back by name, unknown ones are left out', () => {
  const payload = encodeFields([
    [1, 'fish'],
    [2, 2 ** 40],
    [3, 'a'],
    [99, 'later'],
    [3, 'b'],
  ])
  expect(decodeFields(payload, spec)).toEqual({ name: 'fish', size: 2 ** 40, list: ['a', 'b'] })
})

test.each([
  ['a header that is cut off', encodeFields([[1, 'x']]).subarray(0, 5)],
  ['a content that is cut off', encodeFields([[1, 'long enough']]).subarray(0, 12)],
  ['a number of the wrong size', encodeFields([[2, 'abc']])],
  ['a number that no JavaScript number can hold', encodeFields([[2, 2n ** 63n]])],
])('%s is refused', (_name, payload) => {
  expect(() => decodeFields(payload, spec)).toThrow(ProtocolViolation)
})
