import { expect, test } from 'vitest'
import { memoryTree } from '../testing/files/memory-tree.ts'
import { readTreeAccounts, toFileEntry } from './file-entry.ts'
import { foldersFirst, type Listing, pageOf } from './list-folder.ts'
import { createListingCache } from './listing-cache.ts'

const accounts = { users: new Map<number, string>(), groups: new Map<number, string>() }

async function listingOf(tree: ReturnType<typeof memoryTree>): Promise<Listing> {
  const folder = await tree.stat('')
  if (!folder) throw new Error('no root')
  const entries = (await tree.list('')).map((entry) => ({ ...entry, mark: 'same' as const }))
  return { path: '', folder, entries: foldersFirst(entries), accounts }
}

test('folders come first, then names in the order of their bytes', async () => {
  const { entries } = pageOf(await listingOf(memoryTree({ a: '1', 'z/x': '2', B: '3' })), { offset: 0, limit: 10 })
  expect(entries.map(({ name }) => name)).toEqual(['z', 'B', 'a'])
})

test('a step has what was requested, and the number of all', async () => {
  const { entries, total } = pageOf(await listingOf(memoryTree({ a: '', b: '', c: '' })), { offset: 1, limit: 1 })
  expect([entries.map(({ name }) => name), total]).toEqual([['b'], 3])
})

test('a time that no calendar has is shown as the last that there is', async () => {
  const node = await memoryTree({ a: { kind: 'file', mtimeNs: 2n ** 90n } }).stat('a')
  expect(node && toFileEntry('a', node, accounts).modifiedAt).toBe('9999-12-31T23:59:59.999Z')
})

test('names of users are taken from the tree, hostile lines are not', async () => {
  const passwd = 'root:x:0:0::/:/bin/sh\nsecond:x:0:0\nbad name:x:1:1\n\u001b[31m:x:2:2\nnoid:x:abc:1\nme:x:3:3'
  const { users } = await readTreeAccounts(memoryTree({ 'etc/passwd': passwd }))
  expect([...users]).toEqual([
    [0, 'root'],
    [3, 'me'],
  ])
})

test('accounts behind a link are not read', async () => {
  const tree = memoryTree({ 'etc/passwd': { kind: 'link', target: '/other' }, other: 'root:x:0:0' })
  expect((await readTreeAccounts(tree)).users.size).toBe(0)
})

test('the next steps of a listing are those of the first, until something changes or time passes', async () => {
  let [now, made] = [0, 0]
  const cache = createListingCache(() => now)
  const listing = await listingOf(memoryTree({}))
  const get = (fresh: boolean) =>
    cache.get('key', fresh, async () => {
      made += 1
      return listing
    })
  await get(true)
  await get(false)
  expect(made).toBe(1)
  await get(true)
  expect(made).toBe(2)
  cache.clear()
  await get(false)
  expect(made).toBe(3)
  now += 60_000
  await get(false)
  expect(made).toBe(4)
})
