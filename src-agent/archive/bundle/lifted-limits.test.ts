import { expect, test } from 'vitest'
import { keepLimits, liftedLimits } from './lifted-limits.ts'

test.each([
  ['no limit where a new sandbox has one', { memoryBytes: null, cpus: null, pids: null, diskBytes: null }, ['pids']],
  ['a higher one', { memoryBytes: null, cpus: null, pids: 100_000, diskBytes: null }, ['pids']],
  ['the usual one', { memoryBytes: null, cpus: null, pids: 4096, diskBytes: null }, []],
  ['lower ones', { memoryBytes: 64 * 2 ** 20, cpus: 0.5, pids: 10, diskBytes: null }, []],
])('%s', (_what, limits, lifted) => {
  expect(liftedLimits(limits)).toEqual(lifted)
})

test('what is not allowed is the usual one', () => {
  const wished = { memoryBytes: 64 * 2 ** 20, cpus: null, pids: null, diskBytes: null }
  expect(keepLimits(wished, () => false)).toEqual({ ...wished, pids: 4096 })
  expect(keepLimits(wished, () => true)).toEqual(wished)
})
