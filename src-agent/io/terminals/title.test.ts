import { expect, test } from 'vitest'
import { createTitleScanner } from './title.ts'

const scan = (text: string): string | null => createTitleScanner().scan(Buffer.from(text))

test.each([
  ['ended by BEL', 'x\u001b]0;hello\u0007y', 'hello'],
  ['ended by ST', '\u001b]2;hellö 世界\u001b\\', 'hellö 世界'],
  ['the last of two', '\u001b]0;one\u0007\u001b]2;two\u0007', 'two'],
  ['begun anew', '\u001b]0;lost\u001b]0;found\u0007', 'found'],
  ['without control characters', '\u001b]0;a\nb\tc\u009b31m\u202ed\u0007', 'abc31md'],
  ['emptied', '\u001b]0;\u0007', ''],
  ['none: another command', '\u001b]1;icon\u0007\u001b]8;;http://x\u0007', null],
  ['none: not ended', '\u001b]0;hello', null],
  ['none: a colour', '\u001b[31mred', null],
])('a title %s', (_what, text, expected) => {
  expect(scan(text)).toBe(expected)
})

test('a title may come in any pieces', () => {
  const text = Buffer.from('abc\u001b]0;tïtle\u001b\\def\u001b]2;second\u0007')
  for (let cut = 0; cut <= text.length; cut += 1) {
    const scanner = createTitleScanner()
    const titles = [scanner.scan(text.subarray(0, cut)), scanner.scan(text.subarray(cut))]
    expect(titles.filter((title) => title !== null).at(-1)).toBe('second')
  }
})

test('an endless title is cut', () => {
  const scanner = createTitleScanner()
  scanner.scan(Buffer.from('\u001b]0;'))
  for (let index = 0; index < 100; index += 1) scanner.scan(Buffer.alloc(10_000, 'x'))
  expect(scanner.scan(Buffer.from('\u0007'))).toHaveLength(200)
})
