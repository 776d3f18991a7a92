import { randomBytes } from 'node:crypto'
import { zstdCompressSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { AppError } from '#contract/app-error'
import { createChunkCipher } from './chunk-cipher.ts'
import { packChunks, unpackChunks } from './chunk-stream.ts'
import { frame, kinds } from './skippable-frame.ts'

const salt = Buffer.alloc(16, 3)
const head = Buffer.from('head')
const cipher = (passphrase = 'passphrase') => createChunkCipher(passphrase, salt, head)

async function* of(...pieces: Buffer[]) {
  yield* pieces
}

async function collect(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of source) pieces.push(piece)
  return Buffer.concat(pieces)
}

const content = Buffer.concat([randomBytes(3_000_000), Buffer.alloc(2_500_000, 'a')])

test.each([
  ['nothing', Buffer.alloc(0)],
  ['a word', Buffer.from('word')],
  ['several chunks', content],
])('%s comes back, encrypted or not', async (_name, bytes) => {
  expect((await collect(unpackChunks(packChunks(of(bytes), null), null))).equals(bytes)).toBe(true)
  const sealed = packChunks(of(bytes), await cipher())
  expect((await collect(unpackChunks(sealed, await cipher()))).equals(bytes)).toBe(true)
})

test('an encrypted stream that is cut, shortened by a chunk or opened by another word does not pass', async () => {
  const pieces: Buffer[] = []
  for await (const piece of packChunks(of(content), await cipher())) pieces.push(piece)
  expect(pieces).toHaveLength(3)
  const open = async (bytes: readonly Buffer[], word?: string) =>
    collect(unpackChunks(of(...bytes), await cipher(word)))
  const reasons = [
    await open(pieces.slice(0, 2)).catch((error: AppError) => error.wire.reason),
    await open([pieces[0]!, pieces[2]!]).catch((error: AppError) => error.wire.reason),
    await open([pieces[1]!, pieces[0]!, pieces[2]!]).catch((error: AppError) => error.wire.reason),
    await open(pieces, 'another').catch((error: AppError) => error.wire.reason),
  ]
  expect(reasons).toEqual(['archive-truncated', 'bundle-damaged', 'passphrase-wrong', 'passphrase-wrong'])
})

test('a chunk that unpacks to more than a chunk is refused without unpacking it', async () => {
  const bomb = zstdCompressSync(Buffer.alloc(50_000_000))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(bomb.length)
  const stream = of(frame(kinds.lengthOfLast, length), bomb)
  await expect(collect(unpackChunks(stream, null))).rejects.toMatchObject({ wire: { reason: 'bundle-damaged' } })
})

test('garbage ends with a sentence', async () => {
  const whole = await collect(packChunks(of(Buffer.from('word'.repeat(1000))), null))
  for (let round = 0; round < 300; round += 1) {
    const bytes = Buffer.from(whole)
    bytes[Math.floor(Math.random() * bytes.length)] = randomBytes(1)[0] ?? 0
    const cut = round % 2 === 0 ? bytes : bytes.subarray(0, Math.floor(Math.random() * bytes.length))
    const outcome = await collect(unpackChunks(of(cut), null)).catch((error: unknown) => error)
    expect(Buffer.isBuffer(outcome) || outcome instanceof AppError, String(outcome)).toBe(true)
  }
})
