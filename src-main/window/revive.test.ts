import { EventEmitter } from 'node:events'
import type { WebContents } from 'electron'
import { expect, test, vi } from 'vitest'
import { reviveAfterCrash } from './revive.ts'

function setUp() {
  const contents = new EventEmitter()
  const clock = { time: 0 }
  const load = vi.fn(async () => undefined)
  reviveAfterCrash(contents as unknown as WebContents, { load, now: () => clock.time, log: vi.fn() })
  const die = (reason = 'crashed'): void => void contents.emit('render-process-gone', {}, { reason, exitCode: 5 })
  return { clock, load, die }
}

test('a page whose process has died is loaded again', () => {
  const { load, die } = setUp()

  die()

  expect(load).toHaveBeenCalledOnce()
})

test('a page that was closed stays closed', () => {
  const { load, die } = setUp()

  die('clean-exit')

  expect(load).not.toHaveBeenCalled()
})

test('a page that dies again and again is left alone, until it has rested', () => {
  const { clock, load, die } = setUp()
  for (let count = 0; count < 10; count += 1) die()
  expect(load).toHaveBeenCalledTimes(3)

  clock.time = 60_000
  die()

  expect(load).toHaveBeenCalledTimes(4)
})
