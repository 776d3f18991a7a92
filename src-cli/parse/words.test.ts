import { expect, test } from 'vitest'
import { commandWords, parseLabels, splitWords } from './words.ts'

test.each([
  ['sh', ['sh']],
  ["sh -c 'echo  hi'", ['sh', '-c', 'echo  hi']],
  ['a"b c"d', ['ab cd']],
  ['a\\ b', ['a b']],
  ['"a\\"b" \'\'', ['a"b', '']],
  ['', []],
  ['  ', []],
  ['"$HOME \\n"', ['$HOME \\n']],
])('%s are the words %j', (text, words) => {
  expect(splitWords('--entrypoint', text)).toEqual(words)
})

test('an open quote is refused', () => {
  expect(() => splitWords('--entrypoint', "sh 'x")).toThrow(/quote is not closed/)
  expect(() => splitWords('--entrypoint', 'x\\')).toThrow(/quote is not closed/)
})

test('labels are NAME=VALUE, a bare name has an empty value', () => {
  expect(parseLabels(['a=1', 'b', 'c=x=y'])).toEqual({ a: '1', b: '', c: 'x=y' })
  expect(() => parseLabels(['=1'])).toThrow(/NAME=VALUE/)
})

test('one -- before the command is dropped, others are the command’s own', () => {
  expect(commandWords(['--', 'ls', '--'])).toEqual(['ls', '--'])
  expect(commandWords(['--', '--', 'x'])).toEqual(['--', 'x'])
  expect(commandWords(['ls', '--', '-l'])).toEqual(['ls', '--', '-l'])
  expect(commandWords([])).toEqual([])
})
