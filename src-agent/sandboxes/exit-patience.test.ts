import { expect, test, vi } from 'vitest'
import { createHints } from '../base/async/hints.ts'
import { createPatience } from './exit-patience.ts'

const never = async () => false
const longMs = 60_000

function setUp(settleIfEnded: () => Promise<boolean> = never) {
  vi.useFakeTimers()
  const patience = createPatience(createHints(), settleIfEnded)
  const settled: boolean[] = []
  const wait = (how: 'settleWithin' | 'settleWithGrace') =>
    void patience[how]('a', longMs).then((isOver) => settled.push(isOver))
  return { patience, settled, wait, after: (ms: number) => vi.advanceTimersByTimeAsync(ms) }
}

test('who has less patience cuts a grace short, and not the wait for the end after KILL', async () => {
  const { patience, settled, wait, after } = setUp()
  wait('settleWithGrace')
  wait('settleWithin')
  patience.hurry('a', 2_000)
  await after(1_900)
  expect(settled).toEqual([])
  await after(200)
  expect(settled).toEqual([false])
  await after(longMs)
  expect(settled).toEqual([false, false])
})

test('one who asks before the wait begins counts as well, and one for another sandbox or who has had the turn does not', async () => {
  const { patience, settled, wait, after } = setUp()
  patience.hurry('b', 0)
  patience.hurry('a', 0)()
  wait('settleWithGrace')
  await after(1_000)
  expect(settled).toEqual([])
  patience.hurry('a', 0)
  wait('settleWithGrace')
  await after(1)
  expect(settled).toEqual([false, false])
})

test('an end that comes in time is reported', async () => {
  let isOver = false
  const { settled, wait, after } = setUp(async () => isOver)
  wait('settleWithGrace')
  isOver = true
  await after(300)
  expect(settled).toEqual([true])
})
