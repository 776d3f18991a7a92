import { expect, test } from 'vitest'
import { createStopwatch } from '../../base/stopwatch.ts'

test('each part has the time since the one before it', () => {
  const times = [100, 107, 130]
  const watch = createStopwatch(() => times.shift() ?? 0)
  watch.lap('first')
  watch.lap('second')
  expect(watch.laps()).toEqual({ first: 7, second: 23 })
})
