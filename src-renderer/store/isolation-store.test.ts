import { expect, test } from 'vitest'
import { makeIsolationView } from '../testing/isolation-samples.ts'
import { pathsOf } from './blast-store.ts'
import { addView, noIsolation } from './isolation-store.ts'

const second = (number: number): string => new Date(Date.UTC(2026, 0, 1) + number * 1000).toISOString()
const view = (number: number, changes: Parameters<typeof makeIsolationView>[0] = {}) =>
  makeIsolationView({ at: second(number), ...changes })

test('a newer view is taken, and pressure grows by one', () => {
  const state = addView(addView(noIsolation, view(1)), view(2))
  expect(state.view?.at).toBe(second(2))
  expect([...state.pressures.values()].map((each) => each.length)).toEqual([2, 2])
})

test('a view that comes again after a reconnect is not counted twice', () => {
  const state = addView(noIsolation, view(2))
  expect(addView(state, view(2)).view).toBe(state.view)
  expect(addView(state, view(1)).pressures).toBe(state.pressures)
})

test('a sandbox that is gone takes its history with it', () => {
  const state = addView(addView(noIsolation, view(1)), view(2, { pressures: [] }))
  expect(state.pressures.size).toBe(0)
})

test('history stays until a view brings a newer one', () => {
  const history = [{ at: second(0), cells: [] }]
  const { history: _, ...unchanged } = view(2)
  const state = addView(addView(noIsolation, view(1, { history })), unchanged)
  expect(state.slots).toBe(history)
  expect(addView(state, view(3, { history: [] })).slots).toEqual([])
})

test('no more than two minutes are kept', () => {
  let state = noIsolation
  for (let number = 1; number <= 130; number++) state = addView(state, view(number))
  expect([...state.pressures.values()][0]).toHaveLength(120)
})

test('paths are requested again when an edge that carries changes, and not for anything else', () => {
  const before = view(1)
  const bounded = before.edges.map((edge) => ({ ...edge, sentence: 'Said otherwise.' }))
  const stronger = before.edges.map((edge, index) => (index === 0 ? { ...edge, strength: 'total' as const } : edge))
  const quiet = before.edges.map((edge, index) => (index === 0 ? { ...edge, carries: false } : edge))
  expect(pathsOf({ edges: bounded.toReversed() })).toBe(pathsOf(before))
  expect(pathsOf({ edges: stronger })).not.toBe(pathsOf(before))
  expect(pathsOf({ edges: quiet })).not.toBe(pathsOf(before))
})
