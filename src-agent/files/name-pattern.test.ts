import { expect, test } from 'vitest'
import { createNameTest } from './name-pattern.ts'

test.each([
  ['nothing fits all', '', 'anything', true],
  ['part of a name, whatever the case', 'READ', 'my-readme.md', true],
  ['what is not in it', 'write', 'readme', false],
  ['a star is any characters, also none', '*.md', 'readme.md', true],
  ['a pattern is for the whole name', '*.md', 'readme.md.bak', false],
  ['a question mark is one character', '?.txt', 'ä.txt', true],
  ['and not two', '?.txt', 'ab.txt', false],
  ['several stars', 'a*b*c', 'aXbbYc', true],
  ['characters of regular expressions are themselves', 'a.*', 'ab', false],
] as const)('%s', (_rule, pattern, name, fits) => {
  expect(createNameTest(pattern)(name)).toBe(fits)
})

test('no pattern takes long', () => {
  const started = performance.now()
  expect(createNameTest(`${'*a'.repeat(100)}b`)('a'.repeat(255))).toBe(false)
  expect(performance.now() - started).toBeLessThan(15_000)
})
