import { expect, test } from 'vitest'
import { compare } from './compare.ts'
import { smokeEffort, wholeEffort } from './effort.ts'

test.each([
  [wholeEffort, 6, 6],
  [smokeEffort, 1, 1],
])('so many rounds of both are made', async (effort, own, bare) => {
  let [ours, theirs] = [0, 0]
  const row = await compare({
    ...{ what: 'both', limit: 1, effort, turns: 3, roundsPerTurn: 2 },
    ours: async () => {
      ours += 1
      return ours
    },
    bareTurn: async (rounds) => {
      theirs += rounds
      return Array.from({ length: rounds }, () => 2)
    },
  })
  expect([ours, theirs]).toEqual([own, bare])
  expect(row.spread?.[0]).toBeLessThanOrEqual(row.ratio)
  expect(row.spread?.[1]).toBeGreaterThanOrEqual(row.ratio)
})

test('a smoke run takes little of everything, and never nothing', () => {
  expect([smokeEffort.amount(200), smokeEffort.amount(1)]).toEqual([10, 1])
  expect(wholeEffort.amount(200)).toBe(200)
})
