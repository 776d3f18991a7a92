import { expect, test } from 'vitest'
import { toEntryPath, toShownPath, toTreePath } from './tree-paths.ts'

test.each([
  ['the root has no name', '/', ''],
  ['needless slashes and dots do not count', '//a/./b/', 'a/b'],
  ['a name that is not UTF-8 stays what it is', '/a/\\xff', 'a/\xff'],
  ['UTF-8 is kept byte by byte', '/ä', '\xc3\xa4'],
] as const)('%s', (_rule, text, path) => {
  expect(toTreePath(text)).toBe(path)
})

test.each([
  ['a slash that is spelled as a byte leads nowhere else', '/a\\x2f..\\x2f..\\x2fetc'],
  ['two dots that are spelled as bytes are two dots', '/\\x2e\\x2e/etc'],
  ['a zero byte ends no path early', '/a\\x00b'],
  ['a stray backslash is no path', '/a\\b'],
  ['a name is no longer than the kernel takes', `/${'a'.repeat(256)}`],
] as const)('%s', (_rule, text) => {
  expect(() => toTreePath(text)).toThrow()
})

test('the whole tree is nothing that could be deleted', () => {
  expect(() => toEntryPath('//.')).toThrow(/whole tree/)
})

test('a path is shown as it can be typed again', () => {
  expect(toTreePath(toShownPath('a/\xff\\b'))).toBe('a/\xff\\b')
})
