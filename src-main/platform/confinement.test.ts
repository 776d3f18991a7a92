import { expect, test } from 'vitest'
import { isConfined, readStatus } from './confinement.ts'

test.each([
  ['a filter and a namespace of its own', 'NSpid:\t17445\t12\t1\nSeccomp:\t2\nSeccomp_filters:\t2\n', true],
  ['no filter', 'NSpid:\t17445\t12\nSeccomp:\t0\n', false],
  ['the namespace of all', 'NSpid:\t17445\nSeccomp:\t2\n', false],
  ['a process that has ended', '', false],
] as const)('%s', (_what, status, verdict) => {
  expect(isConfined(status)).toBe(verdict)
})

test('this process is not confined', () => {
  expect(readStatus(process.pid)).toContain('Seccomp:')
  expect(isConfined(readStatus(process.pid))).toBe(false)
})
