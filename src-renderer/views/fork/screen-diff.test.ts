import { expect, test } from 'vitest'
import { compareScreens, maskIdentity } from './screen-diff.ts'

const compare = (...screens: readonly (readonly string[])[]) => {
  const { differing, split } = compareScreens(new Map(screens.map((lines, index) => [String(index), lines])))
  return { split, lines: [...differing.values()] }
}

test('the one that shows something else than most is marked, in its lines', () => {
  expect(compare(['$ date', 'Mon'], ['$ date', 'Tue'], ['$ date', 'Mon'])).toEqual({
    split: false,
    lines: [[], [1], []],
  })
})

test('two that differ are both marked', () => {
  expect(compare(['a', 'b'], ['a', 'c'])).toEqual({ split: true, lines: [[1], [1]] })
})

test('a line that a shorter screen does not have counts as empty', () => {
  expect(compare(['a'], ['a', ''], ['a', 'b'])).toEqual({ split: false, lines: [[], [], [1]] })
})

test('one alone differs from nobody, and none at all is no fault', () => {
  expect(compare(['a'])).toEqual({ split: false, lines: [[]] })
  expect(compare()).toEqual({ split: false, lines: [] })
})

test('prompts of forks are the same but for their names', () => {
  const first = maskIdentity('root@try-1:/# ip 10.86.0.7  ', ['try-1', '10.86.0.7', null])
  expect(maskIdentity('root@try-2:/# ip 10.86.0.19', ['try-2', '10.86.0.19', 'f00'])).toBe(first)
})

test('the longer of two words is masked first, and nothing is masked by an empty one', () => {
  expect(maskIdentity('web-1-api web-1', ['web-1', 'web-1-api', ''])).toBe('\u25e6 \u25e6')
})
