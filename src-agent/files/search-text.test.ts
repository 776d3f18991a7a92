import { expect, test } from 'vitest'
import { memoryTree, type Thing } from '../testing/files/memory-tree.ts'
import { searchText } from './search-text.ts'

const { signal } = new AbortController()

async function search(content: Thing, text: string) {
  return searchText(await memoryTree({ f: content }).open('f'), text, signal)
}

test('gives the first line that has the text, and its number', async () => {
  expect(await search('one\ntwo TWO\r\nthree two\n', 'wo t')).toEqual({ line: 'two TWO', lineNumber: 2 })
})

test('a text that lies over the border of two blocks is found, with its line', async () => {
  const before = `${'x\n'.repeat(256 * 1024 - 3)}0123`
  expect(await search(`${before}needle\nrest`, '3need')).toEqual({ line: '0123needle', lineNumber: 256 * 1024 - 2 })
})

test('what has a zero byte is no text', async () => {
  expect(await search('\0needle', 'needle')).toBeNull()
})

test('a long line is shown around the place', async () => {
  const found = await search(`${'a'.repeat(5000)}needle${'b'.repeat(5000)}`, 'needle')
  expect(found?.line).toContain('needle')
  expect(found?.line.length).toBeLessThanOrEqual(200)
})

test('what means something in a pattern is searched as it is', async () => {
  expect(await search('a+b\n(a', '(A')).toEqual({ line: '(a', lineNumber: 2 })
  expect(await search('aab', 'a+b')).toBeNull()
})

test('a file that is too large is not looked into', async () => {
  expect(await search({ kind: 'file', content: 'needle', size: 17 * 1024 * 1024 }, 'needle')).toBeNull()
})
