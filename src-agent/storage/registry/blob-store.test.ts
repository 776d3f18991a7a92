import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type BlobStore, createBlobStore } from './blob-store.ts'

let folder: string
let now: number
let store: BlobStore
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joey-blobs-'))
  now = Date.UTC(2026, 0, 1)
  store = createBlobStore(folder, () => now)
})
afterEach(() => rmSync(folder, { recursive: true }))

const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`
async function put(text: string): Promise<string> {
  const file = join(folder, 'incoming')
  writeFileSync(file, text)
  expect(await store.adopt(file, digestOf(text), text.length)).toBe(true)
  return digestOf(text)
}
const kept = () => {
  try {
    return readdirSync(join(folder, 'blobs/sha256')).length
  } catch {
    return 0
  }
}
const image = digestOf('image')
const origin = (name: string, blobs: string[], of: string | null = image) => ({
  ...{ image: of, manifest: digestOf(name), blobs, repositories: ['reg.example/app'] },
})

test('a blob is taken in only if it is what its digest and its size say, and nobody else can change it then', async () => {
  const file = join(folder, 'incoming')
  writeFileSync(file, 'content')
  expect(await store.adopt(file, digestOf('other'), 7)).toBe(false)
  writeFileSync(file, 'content')
  expect(await store.adopt(file, digestOf('content'), 6)).toBe(false)
  mkdirSync(file)
  expect(await store.adopt(file, digestOf('content'), statSync(file).size)).toBe(false)
  expect(existsSync(file)).toBe(false)
  expect(kept()).toBe(0)

  const digest = await put('content')
  expect(await store.has(digest, 7)).toBe(true)
  expect(await store.has(digest, 8)).toBe(false)
  mkdirSync(join(folder, 'layout'))
  await store.linkTo(digest, join(folder, 'layout'))
  const linked = join(folder, 'layout', digest.slice(7))
  expect([readFileSync(linked, 'utf8'), statSync(linked).mode & 0o777]).toEqual(['content', 0o444])
})

test('what belongs to an image stays with it, and goes with the last image that has it', async () => {
  const [shared, own] = [await put('shared'), await put('own')]
  const other = digestOf('other image')
  await store.keep(origin('one', [shared]))
  await store.keep(origin('two', [shared, own], other))
  expect(await store.sweep(() => true)).toBe(0)
  expect(await store.keptOf(other)).toMatchObject([{ bytes: 9, origin: { repositories: ['reg.example/app'] } }])
  expect(await store.sweep((digest) => digest === image)).toBe(1)
  expect(await store.sweep(() => false)).toBe(1)
  expect(kept()).toBe(0)
})

test('what is being fetched stays while it is, though no image has it', async () => {
  const release = store.hold([await put('layer')])
  expect(await store.sweep(() => false)).toBe(0)
  release()
  expect(await store.sweep(() => false)).toBe(1)
})

test('what broke off stays for a day, and of no more than eight fetches', async () => {
  for (let index = 0; index < 10; index += 1) {
    now += 1000
    await store.keep(origin(`fetch ${index}`, [await put(`layer ${index}`)], null))
  }
  expect(await store.sweep(() => false)).toBe(2)
  expect(await store.has(digestOf('layer 0'), 7)).toBe(false)
  await store.forgetPartial(digestOf('fetch 9'))
  expect(await store.sweep(() => false)).toBe(1)
  now += 25 * 60 * 60_000
  expect(await store.sweep(() => false)).toBe(7)
})

test('a record that cannot be read, or is of another name, keeps nothing', async () => {
  await put('layer')
  mkdirSync(join(folder, 'origins'))
  const text = JSON.stringify({ ...origin('a', [digestOf('layer')]), since: new Date(now).toISOString() })
  writeFileSync(join(folder, 'origins', `${digestOf('b').slice(7)}.json`), text)
  writeFileSync(join(folder, 'origins', `${digestOf('c').slice(7)}.json`), '{')
  expect(await store.sweep(() => true)).toBe(1)
  expect(readdirSync(join(folder, 'origins'))).toEqual([])
})
