import { expect, test } from 'vitest'
import { drawSparkline } from './sparkline.tsx'

test('fewer than two values are a flat line', () => {
  expect(drawSparkline([], 1, 58, 20)).toEqual({ line: 'M0 19H58', area: '' })
})

test('the newest value is at the right edge, the top value one pixel below the upper one', () => {
  expect(drawSparkline([0, 10], 10, 58, 20).line).toBe('M56.0 19.0L58.0 1.0')
})

test('a scale of zero does not divide by it', () => {
  expect(drawSparkline([0, 0], 0, 58, 20).line).not.toContain('NaN')
})
