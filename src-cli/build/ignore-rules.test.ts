import { expect, test } from 'vitest'
import { readIgnoreRules } from './ignore-rules.ts'

const table: readonly (readonly [rule: string, text: string, ignored: readonly string[], kept: readonly string[]])[] = [
  [
    'a name stands for that of the top folder only',
    'node_modules',
    ['node_modules', 'node_modules/a/b'],
    ['a/node_modules'],
  ],
  ['stars stay within a folder', '*/temp*', ['a/temp', 'a/temp1/x'], ['temp', 'a/b/temp']],
  ['two of them go through all folders', '**/*.log', ['x.log', 'a/b/x.log'], ['x.logs']],
  ['a question mark is one character', 'temp?', ['tempa'], ['temp', 'tempab']],
  ['a range is one of several', 'x[0-9]', ['x1'], ['xa']],
  [
    'the last line that fits decides',
    '*.md\n!README*.md\nREADME-secret.md',
    ['a.md', 'README-secret.md'],
    ['README.md'],
  ],
  ['what lies in an ignored folder can be taken back', 'a\n!a/b', ['a', 'a/c'], ['a/b', 'a/b/c']],
  ['slashes at both ends and dots mean nothing', '/a/\n./b', ['a', 'b/c'], ['c/a']],
  ['comments and empty lines say nothing', '# a\n\n', [], ['a', '# a']],
  ['a dot of a pattern is a dot', 'a.b', ['a.b'], ['axb']],
]

test.each(table)('%s', (_rule, text, ignored, kept) => {
  const rules = readIgnoreRules(text)
  for (const path of ignored) expect(rules.isIgnored(path), path).toBe(true)
  for (const path of kept) expect(rules.isIgnored(path), path).toBe(false)
})

test('an ignored folder is read where something in it may be taken back, and not otherwise', () => {
  expect(readIgnoreRules('a').isClosed('a')).toBe(true)
  expect(readIgnoreRules('a\n!a/b/c').isClosed('a/b')).toBe(false)
  expect(readIgnoreRules('a\n!b').isClosed('a')).toBe(true)
  expect(readIgnoreRules('*\n!**/keep').isClosed('x/y')).toBe(false)
})
