import { expect, test } from 'vitest'
import { SandboxState } from '#contract/sandbox'
import { canDo, endedBadly, matchesFilter, toneOf, verbs } from './sandbox-abilities.ts'

test.each([
  ['created', ['start', 'remove', 'changeClass']],
  ['running', ['stop', 'restart', 'pause', 'kill', 'remove', 'openTerminal', 'changeClass']],
  ['paused', ['stop', 'restart', 'resume', 'kill', 'remove', 'changeClass']],
  ['stopping', ['kill', 'remove']],
  ['stopped', ['start', 'remove', 'changeClass']],
  ['creating', []],
  ['starting', []],
  ['changing', []],
  ['removing', []],
] as const)('a sandbox that is %s offers %j', (state, expected) => {
  expect(verbs.filter((verb) => canDo(verb, { state }))).toEqual(expected)
})

test.each([
  ['success', 0, 'exited', false],
  ['a failure', 7, 'exited', true],
  ['the end of a stop', 143, 'signalled', false],
  ['the end of a hard stop', 137, 'signalled', false],
  ['a crash', 139, 'signalled', true],
  ['out of memory', 137, 'oom', true],
  ['a start that failed', null, 'start-failed', true],
  ['a restarted host', null, 'host-restarted', false],
] as const)('%s is distinguished', (_what, code, reason, bad) => {
  const exit = { code, reason, message: '', at: '2026-01-01T00:00:00.000Z' }
  expect(endedBadly(exit)).toBe(bad)
  expect(toneOf({ state: 'stopped', exit })).toBe(bad ? 'bad' : 'quiet')
})

test('every state is found under exactly one filter besides all', () => {
  for (const state of SandboxState.options) {
    const found = (['running', 'paused', 'stopped'] as const).filter((filter) => matchesFilter(filter, { state }))
    expect(found, state).toHaveLength(1)
    expect(matchesFilter('all', { state })).toBe(true)
  }
})
