import { expect, test } from 'vitest'
import { makeUsage } from '../testing/samples.ts'
import { addSamples } from './usage-store.ts'

const id = '0123456789ab'
const second = (number: number): string => new Date(Date.UTC(2026, 0, 1) + number * 1000).toISOString()

test('samples are kept by sandbox, oldest first', () => {
  const state = addSamples(new Map(), [makeUsage({ at: second(1) }), makeUsage({ at: second(2) })])
  expect(addSamples(state, [makeUsage({ at: second(3) })]).get(id)).toHaveLength(3)
})

test('history that comes again after a reconnect is not doubled', () => {
  const samples = [makeUsage({ at: second(1) }), makeUsage({ at: second(2) })]
  expect(addSamples(addSamples(new Map(), samples), samples).get(id)).toHaveLength(2)
})

test('ten minutes are kept, and memory does not grow after that', () => {
  const samples = Array.from({ length: 700 }, (_, index) => makeUsage({ at: second(index) }))
  const history = addSamples(new Map(), samples).get(id)
  expect(history).toHaveLength(600)
  expect(history?.[0]?.at).toBe(second(100))
})
