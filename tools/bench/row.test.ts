import { expect, test } from 'vitest'
import { formatTable, isWithinLimit } from './row.ts'

test('a table shows each row with its verdict', () => {
  const table = formatTable([
    { what: 'run', ours: 40, bare: 30, ratio: 1.333, unit: 'ms', limit: 1.5, spread: [1.2, 1.5] },
    { what: 'exec', ours: 30, bare: 15, ratio: 2, unit: 'ms', limit: 1.3 },
  ])
  expect(table.split('\n')).toEqual([
    'what  Joey     bare     ratio  spread        limit',
    'run   40.0 ms  30.0 ms  1.33   1.20 to 1.50  at most 1.50  ok',
    'exec  30.0 ms  15.0 ms  2.00                 at most 1.30  TOO SLOW',
  ])
})

test('a ratio that could not be computed is not within any limit', () => {
  expect(isWithinLimit({ ratio: Number.NaN, limit: 1 })).toBe(false)
})
