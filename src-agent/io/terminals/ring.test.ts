import { expect, test } from 'vitest'
import { createRing, safeStart } from './ring.ts'

test('what fits is replayed whole', () => {
  const ring = createRing(1000)
  ring.append(Buffer.from('\u001b[31mred\n'))
  ring.append(Buffer.from('next'))
  expect(ring.replay().toString()).toBe('\u001b[31mred\nnext')
})

test('the last bytes are kept, from the start of a line', () => {
  const ring = createRing(1024 * 1024)
  const lines = Array.from({ length: 300_000 }, (_, index) => `line ${index}\n`).join('')
  for (let at = 0; at < lines.length; at += 4095) ring.append(Buffer.from(lines.slice(at, at + 4095)))
  const replay = ring.replay().toString()
  expect(lines.endsWith(replay)).toBe(true)
  expect(replay).toMatch(/^line \d+\n/)
  expect(replay.length).toBeGreaterThan(1024 * 1024 - 20)
})

test('many tiny pieces cost no more memory than their bytes', () => {
  const ring = createRing(1024 * 1024)
  const before = process.memoryUsage().arrayBuffers
  const byte = Buffer.from('x')
  for (let index = 0; index < 3_000_000; index += 1) ring.append(byte)
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(3 * 1024 * 1024)
})

test('after it was cleared nothing is left', () => {
  const ring = createRing(1000)
  ring.append(Buffer.alloc(200_000, 'x'))
  ring.clear()
  ring.append(Buffer.from('ö'))
  expect(ring.replay().toString()).toBe('ö')
})

test.each([
  ['after a line', 'cut off\nwhole', 'whole'],
  ['at an escape sequence where there is no line', '31mred\u001b[0mplain', '\u001b[0mplain'],
  ['not at the end of another sequence', 'title\u001b\\text\u001b[1mbold', '\u001b[1mbold'],
])('a cut-off text starts %s', (_where, text, expected) => {
  const bytes = Buffer.from(text)
  expect(bytes.subarray(safeStart(bytes)).toString()).toBe(expected)
})

test('a cut-off text does not start within a character', () => {
  const bytes = Buffer.from('öx').subarray(1)
  expect(bytes.subarray(safeStart(bytes)).toString()).toBe('x')
})
