import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createCoalescer } from './coalesce.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function setUp() {
  const pieces: string[] = []
  const coalescer = createCoalescer(
    (bytes) => pieces.push(bytes.toString()),
    () => Date.now(),
  )
  return { pieces, push: (text: string) => coalescer.push(Buffer.from(text)), flush: coalescer.flush }
}

test('the first bytes after a pause go on at once', () => {
  const { pieces, push } = setUp()
  push('a')
  expect(pieces).toEqual(['a'])
})

test('what follows at once is gathered, in order, and not kept', () => {
  const { pieces, push } = setUp()
  for (const text of ['a', 'b', 'c']) push(text)
  expect(pieces).toEqual(['a'])
  vi.advanceTimersByTime(4)
  expect(pieces).toEqual(['a', 'bc'])
})

test('a large piece does not wait', () => {
  const { pieces, push } = setUp()
  push('a')
  push('b'.repeat(64 * 1024))
  expect(pieces.map(({ length }) => length)).toEqual([1, 65_536])
})

test('before the end everything is passed on, once', () => {
  const { pieces, push, flush } = setUp()
  for (const text of ['a', 'b']) push(text)
  flush()
  vi.advanceTimersByTime(100)
  expect(pieces).toEqual(['a', 'b'])
})
