import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { AgentEvent } from '#contract/observe'
import { Sandbox, SandboxSpec } from '#contract/sandbox'
import { Settings } from '#contract/settings'
import { fingerprintOf } from './fingerprint.ts'
import { scheduleSelfTests, settleMs, tickMs } from './schedule.ts'

const hourMs = 3_600_000

function sandboxNamed(id: string, more: Partial<Sandbox> = {}): Sandbox {
  const spec = SandboxSpec.parse({ image: 'busybox', class: 'container' })
  const base = {
    id,
    name: id,
    class: 'container',
    state: 'running',
    image: 'busybox',
    imageDigest: 'sha256:1',
    spec,
    argv: ['sh'],
  }
  const run = {
    createdAt: '2026-01-01T00:00:00Z',
    startedAt: '2026-01-01T00:00:00Z',
    exit: null,
    engine: 'crun',
    pid: 1,
  }
  return { ...Sandbox.parse({ ...base, ...run, address: null, ports: [], selfTest: null }), ...more }
}

function setUp(change: Partial<Settings>) {
  const checked: string[] = []
  const current = new Map<string, string>()
  const forgotten: string[] = []
  let running: Sandbox[] = []
  let emit: (event: AgentEvent) => void = () => undefined
  let fails = false
  const stop = scheduleSelfTests({
    selfTest: {
      run: async (id) => {
        checked.push(id)
        if (fails) throw new Error('no')
        const sandbox = running.find((each) => each.id === id)
        if (sandbox) current.set(id, fingerprintOf(sandbox))
        return { id, class: 'container', engine: null, at: '', tookMs: 0, results: [], drift: [] } as never
      },
      isCurrent: (sandbox) => current.get(sandbox.id) === fingerprintOf(sandbox),
      forget: (id) => void forgotten.push(id),
    },
    settings: () => ({ ...Settings.parse({}), ...change }),
    running: () => running,
    subscribe: (listener) => {
      emit = listener
      return () => undefined
    },
    now: () => new Date(Date.now()),
    log: { warn: vi.fn() },
  })
  return {
    checked,
    forgotten,
    stop,
    failNow: () => {
      fails = true
    },
    set: (...all: Sandbox[]) => {
      running = all
      for (const sandbox of all) emit({ type: 'sandbox.changed', sandbox, seq: 1, at: '' })
    },
    emit: (event: AgentEvent) => emit(event),
  }
}

beforeEach(() => void vi.useFakeTimers({ now: Date.parse('2026-01-02T00:00:00Z') }))
afterEach(() => void vi.useRealTimers())

test('a change is followed by one check, once things have settled', async () => {
  const { checked, set } = setUp({ selfTestAfterChange: true })
  set(sandboxNamed('aaaa0000bbbb'))
  set(sandboxNamed('aaaa0000bbbb'))
  expect(checked).toEqual([])
  await vi.advanceTimersByTimeAsync(settleMs)
  expect(checked).toEqual(['aaaa0000bbbb'])
  // Its own badge is a change of the record, but none of its isolation.
  set(sandboxNamed('aaaa0000bbbb'))
  await vi.advanceTimersByTimeAsync(settleMs * 2)
  expect(checked).toHaveLength(1)
  const spec = { ...sandboxNamed('aaaa0000bbbb').spec, grants: [{ kind: 'host-network' as const }] }
  set(sandboxNamed('aaaa0000bbbb', { spec }))
  await vi.advanceTimersByTimeAsync(settleMs)
  expect(checked).toHaveLength(2)
})

test('a sandbox that ends at once is not checked', async () => {
  const { checked, set } = setUp({ selfTestAfterChange: true })
  set(sandboxNamed('aaaa0000bbbb'))
  set(sandboxNamed('aaaa0000bbbb', { state: 'stopped' }))
  await vi.advanceTimersByTimeAsync(settleMs * 2)
  expect(checked).toEqual([])
})

test('a check that fails is not repeated for the same run', async () => {
  const { checked, set, failNow } = setUp({ selfTestAfterChange: true })
  failNow()
  set(sandboxNamed('aaaa0000bbbb'))
  await vi.advanceTimersByTimeAsync(settleMs)
  set(sandboxNamed('aaaa0000bbbb'))
  await vi.advanceTimersByTimeAsync(settleMs * 3)
  expect(checked).toHaveLength(1)
})

test('without the settings nothing is checked', async () => {
  const { checked, set } = setUp({})
  set(sandboxNamed('aaaa0000bbbb'))
  await vi.advanceTimersByTimeAsync(48 * hourMs)
  expect(checked).toEqual([])
})

test('on schedule those are checked whose last check is too long ago', async () => {
  const { checked, set } = setUp({ selfTestEveryHours: 2 })
  const summary = { at: '2026-01-01T23:30:00Z', passed: 1, failed: 0, notApplicable: 0 }
  set(sandboxNamed('aaaa0000bbbb'), sandboxNamed('cccc0000dddd', { selfTest: summary }))
  await vi.advanceTimersByTimeAsync(tickMs)
  expect(checked).toEqual(['aaaa0000bbbb'])
  await vi.advanceTimersByTimeAsync(1.5 * hourMs)
  expect(checked).toContain('cccc0000dddd')
})

test('a removed sandbox leaves nothing, and after the end nothing is checked', async () => {
  const { checked, set, emit, forgotten, stop } = setUp({ selfTestAfterChange: true })
  set(sandboxNamed('aaaa0000bbbb'), sandboxNamed('cccc0000dddd'))
  emit({ type: 'sandbox.removed', id: sandboxNamed('aaaa0000bbbb').id, name: 'x', seq: 2, at: '' })
  expect(forgotten).toEqual(['aaaa0000bbbb'])
  await stop()
  await vi.advanceTimersByTimeAsync(settleMs * 2)
  expect(checked).toEqual([])
})
