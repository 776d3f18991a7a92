import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { readEntries } from './read-entries.ts'
import { portableHeader } from './tar-header.ts'
import { endOfTar } from './write-entry.ts'

const inode = { mode: 0o4755, uid: 1000, gid: 5, modified: 1_700_000_000_000_000_000n }
const head = (path: string, more: object = {}) =>
  portableHeader({ path, type: '0', link: '', size: 0, inode, records: [], ...more })

async function read(...heads: readonly Buffer[]) {
  async function* source() {
    yield Buffer.concat([...heads, endOfTar])
  }
  const found = []
  for await (const { entry } of readEntries(source())) found.push(entry)
  return found
}

test('what a plain header holds needs no extended one, and a tar reads it', () => {
  const archive = Buffer.concat([head('a'), head('b', { type: '5' }), head('c', { type: '2', link: 'a' }), endOfTar])
  expect(archive.includes('PaxHeader') || archive.includes(' path=')).toBe(false)
  const listed = execFileSync('tar', ['-tv', '--numeric-owner'], { input: archive, encoding: 'utf8' })
  expect(listed).toMatch(/^-rwsr-xr-x 1000\/5 .* a\ndrwsr-xr-x 1000\/5 .* b\/\nlrwsr-xr-x 1000\/5 .* c -> a\n$/)
})

test.each([
  ['a long name that can be split', `${'d'.repeat(120)}/${'f'.repeat(90)}`, {}],
  ['one that cannot', 'f'.repeat(200), {}],
  ['one of 100 characters', 'f'.repeat(100), {}],
  ['a long target', 'l', { type: '2', link: 't'.repeat(300) }],
  ['large ids', 'i', { inode: { ...inode, uid: 3_000_000, gid: 4_000_000_000 } }],
  ['a time before 1970', 't', { inode: { ...inode, modified: -5_000_000_000n } }],
])('%s is read as it was written', async (_what, path, more) => {
  const { link = '', inode: wanted = inode } = more as { link?: string; inode?: typeof inode }
  const [entry] = await read(head(path, more))
  expect(entry).toMatchObject({ path, link, uid: wanted.uid, gid: wanted.gid, mtimeNs: wanted.modified, mode: 0o4755 })
})
