import { expect, test } from 'vitest'
import { type AgentState, initialAgentState } from '../../store/agent-state.ts'
import { makeSandbox } from '../../testing/samples.ts'
import { type ListQuery, toListModel } from './list-model.ts'

const error = { code: 'unavailable', reason: 'agent-lost', message: 'The agent does not answer.' } as const
const all: ListQuery = { search: '', filter: 'all', class: 'all' }
const sandboxes = [
  makeSandbox({ id: '000000000001', name: 'web', createdAt: '2026-01-01T00:00:00.000Z' }),
  makeSandbox({ id: '000000000002', name: 'db', state: 'stopped', createdAt: '2026-01-02T00:00:00.000Z' }),
  makeSandbox({
    id: '000000000003',
    name: 'web-two',
    state: 'paused',
    class: 'gvisor',
    createdAt: '2026-01-03T00:00:00.000Z',
  }),
]
const known: AgentState = {
  ...initialAgentState,
  link: { state: 'live' },
  seq: 4,
  sandboxes: new Map(sandboxes.map((sandbox) => [sandbox.id, sandbox])),
}

test.each<[string, AgentState, ListQuery, string]>([
  ['before the first whole state it loads', initialAgentState, all, 'loading'],
  ['an agent that was never there is an error', { ...initialAgentState, link: { state: 'lost', error } }, all, 'error'],
  ['no sandboxes is empty', { ...known, sandboxes: new Map() }, all, 'empty'],
  ['a search that fits nothing is not empty', known, { ...all, search: 'zzz' }, 'nothingFound'],
  ['a lost agent leaves what was known', { ...known, stale: true, link: { state: 'lost', error } }, all, 'ready'],
])('%s', (_rule, state, query, kind) => {
  expect(toListModel(state, query).kind).toBe(kind)
})

test.each<[string, Partial<ListQuery>, string[]]>([
  ['newest first', {}, ['web-two', 'db', 'web']],
  ['by part of the name', { search: 'WEB' }, ['web-two', 'web']],
  ['by state', { filter: 'stopped' }, ['db']],
  ['by class', { class: 'gvisor' }, ['web-two']],
  ['by class and state', { class: 'gvisor', filter: 'paused' }, ['web-two']],
  ['by both', { search: 'web', filter: 'paused' }, ['web-two']],
  ['by start of the id', { search: '00000000000' }, ['web-two', 'db', 'web']],
])('finds %s', (_rule, query, names) => {
  const model = toListModel(known, { ...all, ...query })
  expect(model.kind === 'ready' && model.sandboxes.map(({ name }) => name)).toEqual(names)
})
