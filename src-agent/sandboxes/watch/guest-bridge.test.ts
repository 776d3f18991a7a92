import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { IsolationClass } from '#contract/sandbox'
import { createGuestBridge } from './guest-bridge.ts'
import type { Telling, tellGuest } from './tell-guest.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function setUp(of: IsolationClass = 'microvm') {
  const tell = vi.fn<typeof tellGuest>(async () => undefined)
  const state = { isRunning: true }
  const bridge = createGuestBridge({
    ...{ telling: {} as Telling, class: of, targets: ['/one', '/two'], tell },
    isRunning: () => state.isRunning,
    onError: (error) => expect.unreachable(String(error)),
  })
  const told = () => tell.mock.calls.map(([, kind, target, paths]) => [kind, target, ...paths])
  return { bridge, state, tell, told }
}

test('what follows one upon the other is told together, in the mount that it is in', async () => {
  const { bridge, told } = setUp()
  bridge.add(0, 'a')
  bridge.add(0, 'b')
  bridge.add(1, 'c')
  await vi.runAllTimersAsync()
  expect(told()).toEqual([
    ['microvm', '/one', 'a', 'b'],
    ['microvm', '/two', 'c'],
  ])
})

test('who writes without a pause is not waited for without end', async () => {
  const { bridge, told } = setUp()
  for (let written = 0; written < 40; written += 1) {
    bridge.add(0, 'log')
    await vi.advanceTimersByTimeAsync(10)
  }
  expect(told()).toHaveLength(1)
})

test('a guest that is paused is told when it goes on', async () => {
  const { bridge, state, told } = setUp()
  state.isRunning = false
  bridge.add(0, 'a')
  await vi.runAllTimersAsync()
  expect(told()).toEqual([])
  state.isRunning = true
  bridge.goOn()
  await vi.runAllTimersAsync()
  expect(told()).toEqual([['microvm', '/one', 'a']])
})

test('after the end nobody is told', async () => {
  const { bridge, told } = setUp()
  bridge.add(0, 'a')
  await bridge.close()
  bridge.add(0, 'b')
  await vi.runAllTimersAsync()
  expect(told()).toEqual([])
})

test('a pipe comes and goes under a name of this machine only where one of gVisor was not seen here before', async () => {
  const { bridge, told } = setUp('gvisor')
  bridge.add(0, 'gone')
  await vi.runAllTimersAsync()
  expect(told()).toEqual([
    ['gvisor-pipes', '/one', expect.stringMatching(/^\.joey-[a-f0-9]{16}$/)],
    ['gvisor-pipes', '/one', 'gone'],
  ])
})

test('where it was seen, none does', async () => {
  const { bridge, tell, told } = setUp('gvisor')
  tell.mockImplementationOnce(async (_telling, _kind, _target, [name = '']) => bridge.seen(name))
  bridge.add(0, 'gone')
  await vi.runAllTimersAsync()
  bridge.add(0, 'gone too')
  await vi.runAllTimersAsync()
  expect(told().slice(1)).toEqual([
    ['gvisor', '/one', 'gone'],
    ['gvisor', '/one', 'gone too'],
  ])
})
