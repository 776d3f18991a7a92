import { expect, test } from 'vitest'
import { startAtNow } from './start-at-now.ts'

const window = { width: 900, height: 500 }

test('a small tree stands in the middle at its own size', () => {
  expect(startAtNow(window, { width: 300, height: 200 })).toEqual({ scale: 1, x: 300, y: 150 })
})

test('a tall tree starts at its end, with words that can be read', () => {
  const { scale, y } = startAtNow(window, { width: 300, height: 5000 })
  expect(scale).toBeGreaterThan(0.7)
  expect(y + 5000 * scale).toBeCloseTo(500)
})

test('a wide tree starts at the sandbox itself, which stands to the left', () => {
  expect(startAtNow(window, { width: 9000, height: 300 })).toMatchObject({ x: 0, y: 0 })
})
