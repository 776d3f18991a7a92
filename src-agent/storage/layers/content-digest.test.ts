import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { createContentDigest } from './content-digest.ts'

/** Digest of a file of this size with these parts. */
function digest(size: number, ...parts: [number, Buffer][]): string {
  const found = createContentDigest(size)
  for (const [offset, bytes] of parts) found.add(offset, bytes)
  return found.end()
}
const large = 2 ** 43
const some = Buffer.from('some content')

test('a file of usual size has the SHA-256 that any program computes, with or without holes', () => {
  const whole = Buffer.alloc(200_000)
  some.copy(whole, 150_000)
  const expected = createHash('sha256').update(whole).digest('hex')
  expect(digest(200_000, [0, whole])).toBe(expected)
  expect(digest(200_000, [150_000, some])).toBe(expected)
  expect(digest(200_000, [0, whole.subarray(0, 70_000)], [150_000, some])).toBe(expected)
})

test('of a huge file it does not matter where its holes are', () => {
  const zeros = Buffer.alloc(300_000)
  const expected = digest(large, [65_530, some], [large - 12, some])
  expect(digest(large, [0, zeros.subarray(0, 65_530)], [65_530, some], [large - 12, some])).toBe(expected)
  expect(digest(large, [65_530, some.subarray(0, 6)], [65_536, some.subarray(6)], [large - 12, some])).toBe(expected)
})

test('of a huge file every byte, its place and the size matter', () => {
  const base = digest(large, [65_536, some])
  const others = [
    digest(large + 1, [65_536, some]),
    digest(large, [65_537, some]),
    digest(large, [131_072, some]),
    digest(large, [65_536, Buffer.from('some contenT')]),
    digest(large),
  ]
  expect(new Set([base, ...others]).size).toBe(6)
})
