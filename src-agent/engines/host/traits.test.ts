import { expect, test } from 'vitest'
import { readSharedLimits } from './traits.ts'

test('a guest is refused at half of what the agent has, and nothing is halved that has no end', () => {
  const limits = 'Max pending signals       96364                96364                signals   \n'
  expect(readSharedLimits(limits)).toEqual([{ type: 'RLIMIT_SIGPENDING', soft: 48_182, hard: 48_182 }])
  expect(readSharedLimits('Max msgqueue size         unlimited            unlimited            bytes\n')).toEqual([])
})
