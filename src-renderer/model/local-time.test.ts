import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { formatLineDate, formatLineTime } from './local-time.ts'

beforeEach(() => vi.stubEnv('TZ', 'Asia/Shanghai'))
afterEach(() => vi.unstubAllEnvs())

test('the time of a line is that of this machine, and so is its day', () => {
  expect(formatLineTime('2026-03-04T17:05:09.007Z')).toBe('01:05:09.007')
  expect(formatLineDate('2026-03-04T17:05:09.007Z')).toBe('2026-03-05 01:05:09.007')
})
