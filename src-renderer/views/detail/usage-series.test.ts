import { expect, test } from 'vitest'
import { makeUsage } from '../../testing/samples.ts'
import { ratesOf, timesOf } from './usage-series.ts'

const history = [
  makeUsage({ at: '2026-01-01T00:00:00.000Z', ioReadBytes: 1000 }),
  makeUsage({ at: '2026-01-01T00:00:01.000Z', ioReadBytes: 3000 }),
  makeUsage({ at: '2026-01-01T00:00:03.000Z', ioReadBytes: 7000 }),
  makeUsage({ at: '2026-01-01T00:00:04.000Z', ioReadBytes: 10 }),
]

test('a counter becomes bytes a second, whatever the distance of the samples', () => {
  expect(ratesOf(history.slice(0, 3), 'ioReadBytes')).toEqual([0, 2000, 2000])
})

test('a counter that begins anew with a restart is no negative rate', () => {
  expect(ratesOf(history, 'ioReadBytes').at(-1)).toBe(0)
})

test('times are in seconds', () => {
  expect(timesOf(history.slice(0, 2))).toEqual([1767225600, 1767225601])
})
