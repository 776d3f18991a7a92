import { expect, test } from 'vitest'
import type { AgentEvent } from '#contract/observe'
import type { SandboxId } from '#contract/sandbox'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { type AwaitedCondition, awaitCondition } from './await-condition.ts'

const id = '0123456789ab' as SandboxId
const usual = {
  id,
  name: 'box',
  state: 'running',
  health: null,
  restartsAt: null,
  exit: null,
  restarts: 0,
  startedAt: null,
}

function recordOf(sandbox: object, more: object = {}): SandboxRecord {
  const spec = { restartPolicy: 'no' }
  return {
    sandbox: { ...usual, spec, ...sandbox },
    change: null,
    restore: null,
    endWanted: false,
    ...more,
  } as unknown as SandboxRecord
}

/** A record that changes, and who hears of it. */
function begin(sandbox: object, condition: AwaitedCondition, signal = new AbortController().signal) {
  let record: SandboxRecord | undefined = recordOf(sandbox)
  const listeners = new Set<(event: AgentEvent) => void>()
  const subscribe = (listener: (event: AgentEvent) => void) => {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }
  const met = awaitCondition({ records: { get: () => record }, events: { subscribe } }, id, { condition, signal })
  met.catch(() => undefined)
  const tell = (event: object) => {
    for (const listener of [...listeners]) listener(event as AgentEvent)
  }
  return {
    met,
    listeners,
    become(next: object, more: object = {}) {
      record = recordOf(next, more)
      tell({ type: 'sandbox.changed', sandbox: record.sandbox })
    },
    remove() {
      record = undefined
      tell({ type: 'sandbox.removed', id })
    },
  }
}

test('what is so already is answered at once', async () => {
  await expect(begin({}, 'running').met).resolves.toEqual({ id })
  await expect(begin({ health: 'healthy' }, 'healthy').met).resolves.toEqual({ id })
})

test('what becomes so is answered then, and nobody listens on', async () => {
  const waiting = begin({ health: 'starting' }, 'healthy')
  waiting.become({ state: 'paused', health: 'starting' })
  waiting.become({ health: 'healthy' })
  await expect(waiting.met).resolves.toEqual({ id })
  expect(waiting.listeners.size).toBe(0)
})

test('a removal is what one waits for, or ends the waiting', async () => {
  const [removed, running] = [begin({}, 'removed'), begin({ state: 'stopped' }, 'running')]
  for (const each of [removed, running]) each.remove()
  await expect(removed.met).resolves.toEqual({ id })
  await expect(running.met).rejects.toMatchObject({ wire: { reason: 'sandbox-removed' } })
})

const exit = { code: 1, reason: 'exited', message: '', at: '2026-01-01T00:00:00.000Z' }

test.each<[string, object, object, string | null]>([
  ['its checks fail', { health: 'unhealthy' }, {}, 'unhealthy'],
  ['it has none', {}, {}, 'no-check'],
  ['it has ended', { state: 'stopped', exit }, {}, 'ended'],
  ['it is started again', { state: 'stopped', exit, restartsAt: exit.at }, {}, null],
  ['its policy is about to', { state: 'stopped', exit, spec: { restartPolicy: 'always' } }, {}, null],
  ['it changes its class', { state: 'stopped', exit }, { change: {} }, null],
  ['it has never run', { state: 'created' }, {}, null],
])('who waits for health where %s learns it', async (_what, sandbox, more, why) => {
  const waiting = begin({ health: 'starting' }, 'healthy')
  waiting.become(sandbox, more)
  // An event that changes nothing, so that there is an answer if there is one.
  await new Promise((resolve) => setImmediate(resolve))
  if (why === null) {
    expect(waiting.listeners.size).toBe(1)
    return
  }
  await expect(waiting.met).rejects.toMatchObject({
    wire: { reason: 'sandbox-not-healthy', params: { name: 'box', why } },
  })
})

test('who gives up is left alone', async () => {
  const leaving = new AbortController()
  const waiting = begin({}, 'removed', leaving.signal)
  leaving.abort()
  await expect(waiting.met).rejects.toMatchObject({ wire: { reason: 'cancelled' } })
  expect(waiting.listeners.size).toBe(0)
})
