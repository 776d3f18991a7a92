import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { AgentEvent } from '#contract/observe'
import type { Sandbox } from '#contract/sandbox'
import { type MeasureCallsDeps, measureCalls, readNanoseconds } from './measure-calls.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function setUp(more: Partial<MeasureCallsDeps> = {}) {
  const listeners = new Set<(event: AgentEvent) => void>()
  const noted = new Map<string, number>()
  const deps: MeasureCallsDeps = {
    events: { subscribe: (listener) => (listeners.add(listener), () => void listeners.delete(listener)) },
    measurements: {
      note: (_figure, of, value) => void noted.set(of, value),
      median: (_figure, of) => noted.get(of) ?? null,
    },
    onHost: async () => '200\n',
    inside: vi.fn(async () => '500\n'),
    isRunning: () => true,
    onError: vi.fn(),
    ...more,
  }
  const undo = measureCalls(deps)
  const emit = (state: Sandbox['state']) => {
    const sandbox = { id: 'aaaa0000bbbb', class: 'gvisor', state } as Sandbox
    for (const listener of listeners) listener({ type: 'sandbox.changed', seq: 1, at: '', sandbox })
  }
  return { deps, noted, emit, undo, wait: () => vi.advanceTimersByTimeAsync(10_000) }
}

test('the first sandbox of a class that stays is measured, and no other', async () => {
  const { deps, noted, emit, wait } = setUp()
  emit('running')
  await wait()
  emit('running')
  await wait()
  expect(noted.get('gvisor')).toBe(2.5)
  expect(deps.inside).toHaveBeenCalledOnce()
})

test('one that ends at once is left alone', async () => {
  const { deps, emit, wait } = setUp()
  emit('running')
  emit('stopped')
  await wait()
  expect(deps.inside).not.toHaveBeenCalled()
})

test('a failure is reported, and the next start tries again', async () => {
  const inside = vi.fn(async () => '400\n').mockRejectedValueOnce(new Error('gone'))
  const { deps, noted, emit, wait } = setUp({ inside })
  emit('running')
  await wait()
  expect(deps.onError).toHaveBeenCalledOnce()
  emit('running')
  await wait()
  expect(noted.get('gvisor')).toBe(2)
})

test('nothing is measured after the end', async () => {
  const { deps, emit, undo, wait } = setUp()
  emit('running')
  undo()
  await wait()
  expect(deps.inside).not.toHaveBeenCalled()
})

test.each(['', 'x', '-1', '0', '12x', '99999999', '1e9', '5\n6\n'])('%j is no measurement', (text) => {
  expect(readNanoseconds(text)).toBeNull()
})
