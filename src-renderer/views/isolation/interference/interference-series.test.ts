import { expect, test } from 'vitest'
import { makeIsolationView } from '../../../testing/isolation-samples.ts'
import { levelOf, pairsOf, seriesOf } from './interference-series.ts'

const at = '2026-01-01T00:00:00.000Z'
const cpu = { culprit: '0123456789ac', victim: '0123456789ab', resource: 'cpu', strength: 0.2 } as const
const io = { ...cpu, resource: 'io', strength: 0.6 } as const
const slots = [
  { at, cells: [cpu, io] },
  { at, cells: [] },
  { at, cells: [{ ...cpu, strength: 0.4 }] },
]

test('a pair has a value for each slot, zero where it was quiet', () => {
  expect(seriesOf(slots, cpu)).toEqual([0.2, 0, 0.4])
  expect(seriesOf(slots, { ...cpu, culprit: 'ffffffffffff' })).toEqual([0, 0, 0])
})

test('who disturbed lately is listed beside who does now, the present first', () => {
  const pairs = pairsOf(makeIsolationView().interference, slots)
  expect(pairs.map(({ resource, strength }) => [resource, strength])).toEqual([
    ['cpu', 0.42],
    ['io', 0],
  ])
})

test.each([
  [0, 'none'],
  [0.01, 'some'],
  [0.25, 'strong'],
] as const)('a share of %d is %s', (share, level) => {
  expect(levelOf(share)).toBe(level)
})
