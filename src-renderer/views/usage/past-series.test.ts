import { expect, test } from 'vitest'
import type { UsageHistory } from '#contract/usage-history'
import { mergeHistory } from '../../store/past-store.ts'
import { alignTo, bandsOf, lastOf, marksOf, startsOf, sumOf, timesOf, toCsv, withoutBefore } from './past-series.ts'

const begin = Date.parse('2026-06-01T12:00:00Z')
const at = (second: number): string => new Date(begin + second * 1000).toISOString()

function make(from: number, cpu: readonly (number | null)[], more: Partial<UsageHistory> = {}): UsageHistory {
  const values = [...cpu]
  return {
    since: at(from),
    until: at(from + cpu.length),
    step: 1,
    columns: [
      { metric: 'cpu', avg: values, min: values, max: values },
      { metric: 'ioReadBytes', avg: values, min: values, max: values },
      { metric: 'ioWriteBytes', avg: values.map(() => 1), min: values, max: values },
    ],
    states: [],
    ...more,
  }
}

test('the end of a history is replaced by what came later, and its beginning goes with time', () => {
  const merged = mergeHistory(make(0, [1, 2, 3, null]), make(2, [3, 4, 5]), begin + 1_000)
  expect(merged.columns[0]?.avg).toEqual([2, 3, 4, 5])
  expect(merged).toMatchObject({ since: at(1), until: at(5) })
})

test('after a long absence, or with another step, what came is all there is', () => {
  const tail = make(100, [7])
  expect(mergeHistory(make(0, [1, 2]), tail, begin)).toBe(tail)
  const coarse = make(1, [7], { step: 10 })
  expect(mergeHistory(make(0, [1, 2]), coarse, begin)).toBe(coarse)
})

test('sums are unknown where a part is, and others are put at the same times', () => {
  const history = make(0, [1, null, 3])
  expect(sumOf(history, ['ioReadBytes', 'ioWriteBytes'])).toEqual([2, null, 4])
  expect(alignTo(timesOf(make(-1, [0, 0, 0, 0])), history, [1, null, 3])).toEqual([null, 1, null, 3])
  expect(lastOf([1, 2, null])).toBe(2)
})

test('bands show when it was paused or did not run, and marks when it started or was held back', () => {
  const states = [
    { at: at(-5), state: 'running' },
    { at: at(1), state: 'paused' },
    { at: at(2), state: 'running' },
    { at: at(3), state: 'stopped' },
    { at: at(4), state: 'running' },
  ]
  const history = make(0, [0, 0.5, 0, 0, 1, 0], { states })
  const second = begin / 1000
  expect(bandsOf(history)).toEqual([
    { from: second + 1, to: second + 2, kind: 'paused' },
    { from: second + 3, to: second + 4, kind: 'off' },
  ])
  expect(startsOf(history)).toEqual([second + 4])
  expect(marksOf(history, 'cpu')).toEqual([second + 1, second + 4])
})

test('what was before the first measurement is left out, but for a few steps', () => {
  const values = [null, null, null, 5]
  const history = make(0, values, { columns: [{ metric: 'memory', avg: values, min: values, max: values }] })
  expect(withoutBefore(history, 2)).toMatchObject({ since: at(2), columns: [{ avg: [null, 5] }] })
  expect(withoutBefore(history, 9)).toBe(history)
  expect(withoutBefore(make(0, [1, 2]), 1)).toMatchObject({ since: at(0) })
})

test('CSV has a line for each step', () => {
  const lines = toCsv('web', make(0, [0.5, null]))
    .trim()
    .split('\n')
  expect(lines[1]).toMatch(/^2026-06-01T12:00:00\.000Z,web,0\.5,0\.5,0\.5,/)
  expect(lines[2]).toMatch(/^2026-06-01T12:00:01\.000Z,web,,,/)
})
