import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { AppError } from '#contract/app-error'
import { tarFile } from '../../testing/images/tar-builder.ts'
import { readEntries, type TarEntry } from './read-entries.ts'
import { bodyOf, endOfTar, headOf, withHoles } from './write-entry.ts'

const base: TarEntry = {
  ...{
    path: 'folder/na\xffme',
    type: '0',
    link: '',
    mode: 0o4755,
    uid: 4_000_000_000,
    gid: 7,
    mtimeNs: -1_500_000_001n,
  },
  ...{
    major: 0,
    minor: 0,
    attributes: [{ name: 'user.a=%', value: Buffer.from([0, 10, 255]) }],
    size: 5,
    stored: 5,
    parts: null,
  },
}

async function* contentOf(bytes: Buffer) {
  yield bytes
}

async function pack(entry: TarEntry, content: Buffer, sparse = true): Promise<Buffer> {
  const parts = [headOf(entry, { sparse })]
  for await (const piece of bodyOf(entry, contentOf(content), { sparse })) parts.push(piece)
  return Buffer.concat([...parts, endOfTar])
}

async function* inPieces(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function readAll(bytes: Buffer, size = 1000) {
  const found: { entry: TarEntry; content: Buffer }[] = []
  for await (const { entry, content } of readEntries(inPieces(bytes, size))) {
    const pieces: Buffer[] = []
    for await (const piece of content) pieces.push(piece)
    found.push({ entry, content: Buffer.concat(pieces) })
  }
  return found
}

test.each([1, 7, 512, 100_000])('what was written is read, in pieces of %s bytes', async (size) => {
  const [found] = await readAll(await pack(base, Buffer.from('hello')), size)
  expect(found).toEqual({ entry: base, content: Buffer.from('hello') })
})

const sparse = {
  ...base,
  size: 10_000,
  stored: 6,
  parts: [
    { start: 100, length: 4 },
    { start: 5000, length: 2 },
    { start: 10_000, length: 0 },
  ],
}

test('holes stay holes, or become zeros', async () => {
  const [kept] = await readAll(await pack(sparse, Buffer.from('abcdef')))
  expect(kept?.entry).toEqual(sparse)
  expect(kept?.content.toString()).toBe('abcdef')
  const [filled] = await readAll(await pack(sparse, Buffer.from('abcdef'), false))
  expect(filled?.entry).toMatchObject({ size: 10_000, stored: 10_000, parts: null })
  const expected = Buffer.alloc(10_000)
  expected.write('abcd', 100)
  expected.write('ef', 5000)
  expect(filled?.content.equals(expected)).toBe(true)
})

test('a device keeps its numbers', async () => {
  const device = { ...base, type: '4', size: 0, stored: 0, major: 4095, minor: 1_048_575 }
  const [found] = await readAll(await pack(device, Buffer.alloc(0)))
  expect(found?.entry).toEqual(device)
})

test('garbage ends with a sentence, never with a hang or a bug', async () => {
  const whole = await pack(sparse, Buffer.from('abcdef'))
  for (let round = 0; round < 300; round += 1) {
    const bytes = Buffer.from(whole)
    for (let flips = 0; flips < 1 + (round % 4); flips += 1)
      bytes[Math.floor(Math.random() * 2500)] = randomBytes(1)[0] ?? 0
    const cut = round % 2 === 0 ? bytes : bytes.subarray(0, Math.floor(Math.random() * bytes.length))
    const outcome = await readAll(cut).catch((error: unknown) => error)
    expect(Array.isArray(outcome) || outcome instanceof AppError, String(outcome)).toBe(true)
  }
})

test('a file without content at its places is not read beyond its end', async () => {
  const pieces: Buffer[] = []
  for await (const piece of withHoles(sparse, contentOf(Buffer.from('abc')))) pieces.push(piece)
  expect(Buffer.concat(pieces).length).toBeLessThanOrEqual(10_000)
})

test('long names as GNU writes them are read of a foreign archive, and no entry is made of what describes the whole', async () => {
  const [name, link] = [`folder/${'n'.repeat(200)}`, `to/${'l'.repeat(120)}`]
  const described = tarFile([{ name: 'global', pax: { comment: 'of all' } }])
  described.write('g', 156)
  restoreSum(described)
  const archive = Buffer.concat([
    described.subarray(0, 2 * 512),
    tarFile([
      { name, content: 'long' },
      { name: 'short', type: '2', link },
    ]),
  ])
  const found: [string, string, string][] = []
  for await (const { entry, content } of readEntries(inPieces(archive, 1000), { foreign: true })) {
    const pieces: Buffer[] = []
    for await (const piece of content) pieces.push(piece)
    found.push([entry.path, entry.link, Buffer.concat(pieces).toString()])
  }
  expect(found).toEqual([
    [name, '', 'long'],
    ['short', link, ''],
  ])
})

test('a sparse file of an older form is refused, since its content would be another', async () => {
  const archive = tarFile([{ name: 'holes', content: 'x', pax: { 'GNU.sparse.map': '0,1', 'GNU.sparse.size': '9' } }])
  await expect(readAll(archive)).rejects.toMatchObject({ wire: { reason: 'archive-damaged' } })
})

function restoreSum(head: Buffer): void {
  head.fill(' ', 148, 156)
  const sum = head.subarray(0, 512).reduce((total, byte) => total + byte, 0)
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
}
