import { expect, test } from 'vitest'
import { findForkProblem, forkNames, suggestPrefix } from './fork-names.ts'

test('several forks are numbered, a single one has the prefix itself', () => {
  expect(forkNames('try', 3)).toEqual(['try-1', 'try-2', 'try-3'])
  expect(forkNames('try', 1)).toEqual(['try'])
})

test.each([
  ['a good prefix has no problem', 'try', 2, null],
  ['an empty one is refused', '', 1, { kind: 'invalid' }],
  ['one with a space is refused', 'a b', 2, { kind: 'invalid' }],
  ['names that are taken are listed', 'web', 3, { kind: 'taken', names: ['web-2'] }],
] as const)('%s', (_rule, prefix, count, expected) => {
  expect(findForkProblem(prefix, count, new Set(['web-2', 'web']))).toEqual(expected)
})

test('a number can make a name too long', () => {
  expect(findForkProblem('a'.repeat(63), 1, new Set())).toBeNull()
  expect(findForkProblem('a'.repeat(63), 2, new Set())).toEqual({ kind: 'invalid' })
})

test('a suggested prefix has no name that is taken', () => {
  expect(suggestPrefix('web', new Set(['web']))).toBe('web-fork')
  expect(suggestPrefix('web', new Set(['web', 'web-fork-1']))).toBe('web-fork2')
  expect(suggestPrefix('web', new Set(['web-fork', 'web-fork2-7']))).toBe('web-fork3')
})
