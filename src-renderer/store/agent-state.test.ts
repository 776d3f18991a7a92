import { expect, test } from 'vitest'
import type { AgentEvent } from '#contract/observe'
import { makeImage, makeSandbox, makeTask, makeTerminal } from '../testing/samples.ts'
import { makeSnapshot } from '../testing/snapshot-samples.ts'
import { type AgentState, applyEvent, applyLink, initialAgentState, missedEvents } from './agent-state.ts'
import { initialSettings } from './settings-slice.ts'
import { terminalsOf } from './terminal-slice.ts'

const at = '2026-01-01T00:00:00.000Z'
const web = makeSandbox({ name: 'web' })
const lost = {
  state: 'lost',
  error: { code: 'unavailable', reason: 'agent-lost', message: 'The agent does not answer.' },
} as const

const wholeState = (seq: number, state: 'running' | 'stopped' = 'running'): AgentEvent => ({
  ...{
    type: 'state',
    seq,
    at,
    images: [makeImage()],
    terminals: [makeTerminal()],
    volumes: [],
    networks: [],
    tasks: [makeTask()],
  },
  sandboxes: [{ ...web, state }],
  settings: initialSettings,
  snapshots: [makeSnapshot()],
})
const changed = (seq: number, state: 'running' | 'stopped'): AgentEvent => ({
  ...{ type: 'sandbox.changed', seq, at },
  sandbox: { ...web, state },
})
const reduce = (events: readonly AgentEvent[]): AgentState => events.reduce(applyEvent, initialAgentState)

test.each([
  ['a newer event wins', [wholeState(1), changed(2, 'stopped')], 'stopped'],
  ['a late event is ignored', [wholeState(5), changed(4, 'stopped')], 'running'],
  ['an event sent twice is ignored', [wholeState(5), changed(6, 'stopped'), changed(6, 'running')], 'stopped'],
  [
    'the whole state replaces what came before, even an older one',
    [wholeState(9), wholeState(1, 'stopped')],
    'stopped',
  ],
  ['nothing is taken before the first whole state', [changed(1, 'running')], undefined],
] as const)('%s', (_rule, events, expected) => {
  expect(reduce(events).sandboxes.get(web.id)?.state).toBe(expected)
})

test.each([
  ['sandbox', { type: 'sandbox.removed', id: web.id, name: 'web' }, 'sandboxes'],
  ['image', { type: 'image.removed', digest: makeImage().digest }, 'images'],
  ['terminal', { type: 'terminal.removed', id: makeTerminal().id }, 'terminals'],
  ['task', { type: 'task.removed', id: makeTask().id }, 'tasks'],
  ['snapshot', { type: 'snapshot.removed', id: makeSnapshot().id }, 'snapshots'],
] as const)('a removed %s is gone', (_noun, fact, slice) => {
  const before = reduce([wholeState(1)])
  expect(before[slice].size).toBe(1)
  expect(applyEvent(before, { ...fact, seq: 2, at } as AgentEvent)[slice].size).toBe(0)
})

test('settings are those of the whole state, then of each change', () => {
  const before = reduce([wholeState(1)])
  expect(before.settings.defaultClass).toBe('container')
  const settings = { ...initialSettings, defaultClass: 'gvisor' } as const
  const after = applyEvent(before, { type: 'settings.changed', seq: 2, at, settings })
  expect(after.settings.defaultClass).toBe('gvisor')
})

test('an event leaves the slices that it is not about untouched', () => {
  const before = reduce([wholeState(1)])
  const after = applyEvent(before, changed(2, 'stopped'))
  expect(after.images).toBe(before.images)
  expect(after.terminals).toBe(before.terminals)
})

test.each([
  ['the next event is no gap', 2, false],
  ['a skipped number is a gap', 3, true],
  ['an old event is no gap', 1, false],
])('%s', (_rule, seq, missed) => {
  expect(missedEvents(reduce([wholeState(1)]), changed(seq, 'running'))).toBe(missed)
})

test('the whole state is never a gap, and anything before the first one is', () => {
  expect(missedEvents(initialAgentState, wholeState(90))).toBe(false)
  expect(missedEvents(initialAgentState, changed(1, 'running'))).toBe(true)
})

test('a lost link keeps the data and marks it stale until the next whole state', () => {
  const live = applyLink(reduce([wholeState(1)]), { state: 'live' })
  const gone = applyLink(live, lost)
  const back = applyLink(gone, { state: 'live' })
  expect([live.stale, gone.stale, back.stale]).toEqual([false, true, true])
  expect(gone.sandboxes.size).toBe(1)
  expect(applyEvent(back, wholeState(7)).stale).toBe(false)
})

test('nothing is stale where nothing was ever known', () => {
  expect(applyLink(initialAgentState, lost).stale).toBe(false)
})

test('terminals of a sandbox come with the main one first, then by age', () => {
  const terminals = [
    makeTerminal({ id: 'aaaaaaaaaaa1', kind: 'exec', createdAt: '2026-01-01T00:00:02.000Z' }),
    makeTerminal({ id: 'aaaaaaaaaaa2', kind: 'exec', createdAt: '2026-01-01T00:00:01.000Z' }),
    makeTerminal({ id: 'aaaaaaaaaaa3', kind: 'main', createdAt: '2026-01-01T00:00:03.000Z' }),
    makeTerminal({ id: 'aaaaaaaaaaa4', sandboxId: 'ffffffffffff' }),
  ]
  const order = terminalsOf(new Map(terminals.map((terminal) => [terminal.id, terminal])), web.id)
  expect(order.map(({ id }) => id)).toEqual(['aaaaaaaaaaa3', 'aaaaaaaaaaa2', 'aaaaaaaaaaa1'])
})
