import { expect, test } from 'vitest'
import { keepLimits, liftedLimits } from './lifted-limits.ts'

test.each([
  ['no limit where a new sandbox has one', { memoryBytes: null, cpus: null, pids: null }, ['pids']],
  ['a higher one', { memoryBytes: null, cpus: null, pids: 100_000 }, ['pids']],
  ['the usual one', { memoryBytes: null, cpus: null, pids: 4096 }, []],
  ['lower ones', { memoryBytes: 64 * 2 ** 20, cpus: 0.5, pids: 10 }, []],
])('%s', (_what, limits, lifted) => {
  expect(liftedLimits(limits)).toEqual(lifted)
})

test('what is not allowed is the usual one', () => {
  const wished = { memoryBytes: 64 * 2 ** 20, cpus: null, pids: null }
  expect(keepLimits(wished, () => false)).toEqual({ ...wished, pids: 4096 })
  expect(keepLimits(wished, () => true)).toEqual(wished)
})
