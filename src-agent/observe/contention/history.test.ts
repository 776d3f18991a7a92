import { expect, test } from 'vitest'
import { type Interference, InterferenceSlot } from '#contract/isolation'
import type { SandboxId } from '#contract/sandbox'
import { createHistory } from './history.ts'

const found = (strength: number): Interference => ({
  victim: 'a'.repeat(12) as SandboxId,
  culprit: 'b'.repeat(12) as SandboxId,
  resource: 'cpu',
  strength,
  sentence: '',
  suggestion: null,
})
const at = (seconds: number) => new Date(seconds * 1000)

test('a slot of ten seconds keeps the strongest of each pair', () => {
  const history = createHistory()
  const finished = [0.2, 0.8, 0.4].map((strength, index) => history.add(index * 1000, at(index), [found(strength)]))
  expect(finished).toEqual([false, false, false])
  expect(history.add(10_000, at(10), [])).toBe(true)
  const [slot, ...others] = history.slots()
  expect(others).toEqual([])
  expect(InterferenceSlot.parse(slot)).toMatchObject({ at: at(0).toISOString(), cells: [{ strength: 0.8 }] })
})

test('quiet time is kept as such, and ten minutes are enough', () => {
  const history = createHistory()
  for (let second = 0; second <= 700; second += 1) history.add(second * 1000, at(second), [])
  expect(history.slots()).toHaveLength(60)
  expect(history.slots().every(({ cells }) => cells.length === 0)).toBe(true)
  expect(history.slots().at(-1)?.at).toBe(at(690).toISOString())
})
