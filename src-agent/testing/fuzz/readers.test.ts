import type { FileHandle } from 'node:fs/promises'
import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { AppError } from '#contract/app-error'
import { tooMuchOnDisk } from '../../storage/ext4/disk-errors.ts'
import { writeTar } from '../../storage/ext4/disk-to-tar.ts'
import { openExt4, rootInode } from '../../storage/ext4/ext4.ts'
import { openUnsettledDisk } from '../../storage/ext4/journal.ts'
import { readEntries } from '../../storage/tar/read-entries.ts'
import { readTar } from '../../storage/tar/read-tar.ts'
import { fuzz, planFuzz, readCorpus, reportFuzzing } from './fuzz.ts'
import { mutate, seeded } from './mutate.ts'

const longMs = 24 * 3_600_000
const { signal } = new AbortController()
const tooMuch = () => tooMuchOnDisk('It holds too much.')

/** What the readers of disks need of a file. */
function asFile(bytes: Buffer): FileHandle {
  const file = {
    stat: async () => ({ size: bytes.length }),
    async read(into: Buffer, offset: number, length: number, position: number) {
      // Behind its end a file has nothing, where a buffer throws.
      const found = bytes.subarray(position, position + length)
      return { bytesRead: found.copy(into, offset), buffer: into }
    },
  }
  return file as unknown as FileHandle
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() })
}

async function* inPieces(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000)
}

async function readDisk(bytes: Buffer): Promise<void> {
  const disk = await openExt4(asFile(bytes))
  await writeTar(disk, await disk.inode(rootInode), nowhere(), { maxBytes: 2 ** 24, tooMuch, signal })
}

async function readJournal(bytes: Buffer): Promise<void> {
  const disk = await openUnsettledDisk(asFile(bytes))
  await writeTar(disk, await disk.inode(rootInode), nowhere(), { maxBytes: 2 ** 24, tooMuch, signal })
}

async function readOwnTar(bytes: Buffer): Promise<void> {
  for await (const { content } of readEntries(inPieces(bytes))) {
    for await (const piece of content) if (piece.length > bytes.length) throw new Error('More than there is.')
  }
}

async function readForeignTar(bytes: Buffer): Promise<void> {
  await readTar(inPieces(bytes), async (_entry, content) => {
    for await (const piece of content) if (piece.length > bytes.length) throw new Error('More than there is.')
  })
}

test.each([
  ['a disk', '.img', readDisk, 600],
  ['a disk with a journal', '.img', readJournal, 300],
  ["an archive of Joey's own form", '.tar', readOwnTar, 3_000],
  ['a foreign archive', '.tar', readForeignTar, 1_500],
] as const)(
  'whatever is broken in %s is refused in words, in time',
  async (name, ending, read, inputs) => {
    const corpus = readCorpus(ending)
    expect(corpus.length).toBeGreaterThan(0)
    let count = 0
    const fault = await fuzz(corpus, read, { ...planFuzz(inputs), onInput: () => (count += 1) })
    reportFuzzing(name, count, fault)
    expect(fault).toBeNull()
  },
  longMs,
)

test('a disk that ends before its first block is refused in words', async () => {
  for (const read of [readDisk, readJournal]) await expect(read(Buffer.alloc(863))).rejects.toThrow(AppError)
})

test('what the broken inputs are made from is read without a fault', async () => {
  for (const disk of readCorpus('.img')) await expect(readDisk(disk)).resolves.toBeUndefined()
  for (const archive of readCorpus('posix.tar')) await expect(readOwnTar(archive)).resolves.toBeUndefined()
  for (const archive of readCorpus('.tar')) await expect(readForeignTar(archive)).resolves.toBeUndefined()
})

test('a reader that waits for what never comes is a fault, and the run goes on', async () => {
  const fault = await fuzz([Buffer.alloc(8)], () => new Promise(() => {}), { ...planFuzz(3, {}), hangMs: 20 })
  expect(fault).toMatchObject({ index: 0, error: { message: 'It never came to an end.' } })
})

test('the same seed breaks the same bytes, and an error of any other kind is a fault', async () => {
  const bytes = Buffer.alloc(512, 7)
  expect(mutate(bytes, seeded(5)).equals(mutate(bytes, seeded(5)))).toBe(true)
  expect(mutate(bytes, seeded(5)).equals(bytes)).toBe(false)
  const fault = await fuzz([bytes], async () => Promise.reject(new RangeError('beyond')), planFuzz(3, {}))
  expect(fault).toMatchObject({ index: 0, seed: 1, error: { message: 'beyond' } })
})
