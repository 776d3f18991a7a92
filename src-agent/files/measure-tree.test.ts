import { expect, test } from 'vitest'
import { memoryTree } from '../testing/files/memory-tree.ts'
import { measureTree } from './measure-tree.ts'

const { signal } = new AbortController()

test('folders count with all that is below, the largest first', async () => {
  const tree = memoryTree({ 'a/x': '12', 'a/b/y': '345', c: '6', d: null, l: { kind: 'link', target: 'c', size: 1 } })
  expect(await measureTree(tree, '', signal)).toEqual({
    bytes: 6,
    files: 4,
    entries: [
      { name: 'a', kind: 'folder', bytes: 5, files: 2 },
      { name: 'c', kind: 'file', bytes: 1, files: 1 },
      { name: 'd', kind: 'folder', bytes: 0, files: 0 },
      { name: 'l', kind: 'link', bytes: 0, files: 1 },
    ],
  })
})

test('a file with two names takes room once', async () => {
  const twin = { kind: 'file', content: '1234', links: 2, identity: 'same' } as const
  const { bytes, files } = await measureTree(memoryTree({ 'a/x': twin, 'b/y': twin }), '', signal)
  expect([bytes, files]).toEqual([4, 2])
})

test('holes of a large file take no room', async () => {
  const tree = memoryTree({ big: { kind: 'file', content: 'abc', size: 2 ** 40 } })
  expect((await measureTree(tree, '', signal)).bytes).toBe(3)
})
