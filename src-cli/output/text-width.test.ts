import { expect, test } from 'vitest'
import { breakable, padTo, widthOf } from './text-width.ts'

test.each([
  ['', 0],
  ['web', 3],
  ['沙箱', 4],
  ['端口 80，', 9],
  ['é', 1],
  ['e\u0301', 1],
  ['🚀', 2],
])('%j takes %d cells', (text, width) => {
  expect(widthOf(text)).toBe(width)
})

test('blanks behind a text are counted in cells', () => {
  expect(padTo('沙箱', 6)).toBe('沙箱  ')
  expect(padTo('too long', 3)).toBe('too long')
})

test('a line may end at a blank and between Chinese letters, and begins with no closing punctuation', () => {
  expect(breakable('停止 web。然后').map(({ piece, blank }) => `${blank ? ' ' : ''}${piece}`)).toEqual([
    ...['停', '止', ' web。', '然', '后'],
  ])
})
