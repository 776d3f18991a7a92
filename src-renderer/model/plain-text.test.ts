import { expect, test } from 'vitest'
import { countLines, toPlainText, toSafePaste, toSafeTitle } from './plain-text.ts'

test.each([
  ['colours go', '\u001b[1;31mred\u001b[0m', 'red'],
  ['titles go', '\u001b]0;evil\u0007text', 'text'],
  ['links leave their text', '\u001b]8;;http://x\u001b\\link\u001b]8;;\u001b\\', 'link'],
  ['a sequence cut short goes too', 'a\u001b]52;c;aGVsbG8=', 'a'],
  ['carriage returns and bells go, tabs stay', 'a\tb\r\u0007', 'a\tb'],
])('%s', (_rule, text, plain) => {
  expect(toPlainText(text)).toBe(plain)
})

test('a title is one short line that cannot turn its direction', () => {
  expect(toSafeTitle('a\n\u202eb\u0007  c')).toBe('a b c')
  expect([...toSafeTitle('😀'.repeat(50))]).toHaveLength(32)
})

test('a paste cannot end bracketed paste or press keys', () => {
  expect(toSafePaste('ls\u001b[201~\u0003rm\r\nx')).toBe('ls[201~rm\nx')
})

test.each([
  ['one', 1],
  ['one\n', 1],
  ['one\ntwo\n\n', 2],
])('%j has %d lines', (text, lines) => {
  expect(countLines(text)).toBe(lines)
})
