import { expect, test } from 'vitest'
import { formatCpu, formatDuration } from './duration.ts'

test.each([
  [-5, '0s'],
  [59_999, '59s'],
  [60_000, '1m'],
  [200_000, '3m 20s'],
  [7_500_000, '2h 5m'],
  [356_400_000, '4d 3h'],
])('%d ms reads %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})

test.each([
  [0, '0 %'],
  [0.0314, '3.1 %'],
  [1, '100 %'],
  [2.504, '250 %'],
])('%d cores read %s', (cores, text) => {
  expect(formatCpu(cores)).toBe(text)
})
