import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { MalformedElf, readSymbol } from './elf.ts'
import { ensureGuestAssets, type GuestSources } from './guest-assets.ts'
import { extractKernel, wrapKernel } from './guest-kernel.ts'
import { buildInitramfs, writeArchive } from './initramfs.ts'

const kernelBytes = 2 * 1024 * 1024
const loadAddress = 0x100_0000

/** A shared object with one symbol, as small as one can be. */
function buildLibrary(symbol: string, content: Buffer): Buffer {
  const strings = Buffer.from(`\0${symbol}\0`)
  const symbols = Buffer.alloc(48)
  symbols.writeUInt32LE(1, 24)
  symbols.writeBigUInt64LE(0x10000n, 32)
  symbols.writeBigUInt64LE(BigInt(content.length), 40)
  const head = Buffer.alloc(64 + 56 + 2 * 64)
  Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]).copy(head)
  const put = (at: number, value: number) => head.writeBigUInt64LE(BigInt(value), at)
  put(0x20, 64)
  put(0x28, 64 + 56)
  for (const [at, value] of [
    [0x36, 56],
    [0x38, 1],
    [0x3a, 64],
    [0x3c, 2],
  ] as const)
    head.writeUInt16LE(value, at)
  const start = head.length + strings.length + symbols.length
  head.writeUInt32LE(1, 64)
  put(64 + 8, start)
  put(64 + 16, 0x10000)
  put(64 + 32, content.length)
  const [stringSection, symbolSection] = [64 + 56, 64 + 56 + 64]
  put(stringSection + 24, head.length)
  put(stringSection + 32, strings.length)
  head.writeUInt32LE(11, symbolSection + 4)
  put(symbolSection + 24, head.length + strings.length)
  put(symbolSection + 32, symbols.length)
  return Buffer.concat([head, strings, symbols, content])
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')

function buildKernelImage(entry: number): Buffer {
  const kernel = Buffer.alloc(kernelBytes)
  Buffer.from([4, 0, 0, 0, 8, 0, 0, 0, 18, 0, 0, 0]).copy(kernel, 5000)
  kernel.write('Xen\0', 5012, 'latin1')
  kernel.writeUInt32LE(entry, 5016)
  return kernel
}

const kernel = buildKernelImage(loadAddress + 0x40)
const library = buildLibrary('KERNEL_BUNDLE', Buffer.concat([kernel, Buffer.alloc(1)]))

describe('the kernel', () => {
  test('is taken out of the library byte for byte, without the zero after it', () => {
    expect(extractKernel(library).equals(kernel)).toBe(true)
  })

  test('becomes an ELF file that says where to load and to enter it', () => {
    const wrapped = wrapKernel(kernel)
    expect(Number(wrapped.readBigUInt64LE(64 + 24))).toBe(loadAddress)
    expect(Number(wrapped.readBigUInt64LE(64 + 32))).toBe(kernelBytes)
    const note = Number(wrapped.readBigUInt64LE(64 + 56 + 8))
    expect(wrapped.toString('latin1', note + 12, note + 15)).toBe('Xen')
    expect(wrapped.readUInt32LE(note + 16)).toBe(loadAddress + 0x40)
    expect(wrapped.subarray(Number(wrapped.readBigUInt64LE(64 + 8))).equals(kernel)).toBe(true)
  })

  test.each([
    ['without an entry point', Buffer.alloc(kernelBytes)],
    ['whose entry point lies outside of it', buildKernelImage(0x1000)],
  ])('%s is refused', (_name, image) => {
    expect(() => wrapKernel(image)).toThrow(MalformedElf)
  })

  test.each([
    ['that is none', Buffer.from('no library')],
    ['without the symbol', buildLibrary('OTHER', kernel)],
    ['whose kernel is a few bytes', buildLibrary('KERNEL_BUNDLE', Buffer.alloc(100))],
    ['that is cut off', library.subarray(0, library.length - 5000)],
    ['that is cut off early', library.subarray(0, 200)],
  ])('a library %s is refused', (_name, file) => {
    expect(() => extractKernel(file)).toThrow(MalformedElf)
  })

  test('no damage to the head of a library makes the reader do anything but refuse', () => {
    const small = buildLibrary('KERNEL_BUNDLE', Buffer.alloc(64, 3))
    for (let at = 0; at < 300; at += 1) {
      for (const value of [0, 1, 0x7f, 0xff]) {
        const damaged = Buffer.from(small)
        damaged[at] = value
        try {
          expect(readSymbol(damaged, 'KERNEL_BUNDLE').length).toBeLessThanOrEqual(damaged.length)
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedElf)
        }
      }
    }
  })
})

describe('the initramfs', () => {
  test('has its entries in order, aligned, owned by root, without a date', () => {
    const archive = buildInitramfs(Buffer.from('init!'), Buffer.from('inside'))
    expect(archive.length % 512).toBe(0)
    expect(readArchive(archive)).toEqual([
      ['dev', 0o040755, ''],
      ['dev/console', 0o020600, ''],
      ['init', 0o100755, 'init!'],
      ['inside', 0o100755, 'inside'],
    ])
    expect(archive.equals(buildInitramfs(Buffer.from('init!'), Buffer.from('inside')))).toBe(true)
  })

  test('of names and contents of any length can be read again', () => {
    const entries = Array.from({ length: 9 }, (_, index) => ({
      name: 'n'.repeat(index + 1),
      mode: 0o100644,
      content: Buffer.alloc(index, 65),
    }))
    expect(readArchive(writeArchive(entries)).map(([name, , content]) => [name, content])).toEqual(
      entries.map(({ name, content }) => [name, content.toString()]),
    )
  })
})

function readArchive(archive: Buffer): [string, number, string][] {
  const found: [string, number, string][] = []
  for (let at = 0; ; ) {
    const number = (index: number) =>
      Number.parseInt(archive.toString('latin1', at + 6 + 8 * index, at + 14 + 8 * index), 16)
    expect(archive.toString('latin1', at, at + 6)).toBe('070701')
    const [size, nameSize] = [number(6), number(11)]
    const name = archive.toString('latin1', at + 110, at + 110 + nameSize - 1)
    const start = at + Math.ceil((110 + nameSize) / 4) * 4
    if (name === 'TRAILER!!!') return found
    expect([number(2), number(3), number(5)]).toEqual([0, 0, 0])
    found.push([name, number(1), archive.toString('latin1', start, start + size)])
    at = start + Math.ceil(size / 4) * 4
  }
}

describe('the files that a machine boots from', () => {
  let folder: string
  let sources: GuestSources

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'joey-assets-'))
    sources = {
      kernelLibrary: join(folder, 'lib.so'),
      kernelSha256: sha256(kernel),
      init: join(folder, 'init'),
      inside: null,
    }
    writeFileSync(join(folder, 'lib.so'), library)
    writeFileSync(join(folder, 'init'), 'init')
    writeFileSync(join(folder, 'inside'), 'inside')
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('are written once, by several at a time too, and nothing else is left', async () => {
    const home = join(folder, 'once')
    const all = await Promise.all([1, 2, 3].map(() => ensureGuestAssets(home, { sources })))
    expect(new Set(all.map(({ key }) => key)).size).toBe(1)
    const [assets] = all
    expect(readFileSync(assets?.kernel ?? '').equals(wrapKernel(kernel))).toBe(true)
    expect(readdirSync(join(home, assets?.key ?? '')).sort()).toEqual(['initramfs.cpio', 'kernel.elf'])
    const before = statSync(assets?.kernel ?? '').ino
    await ensureGuestAssets(home, { sources })
    expect(statSync(assets?.kernel ?? '').ino).toBe(before)
  })

  test('have another key when a part of them is another', async () => {
    const home = join(folder, 'keys')
    const plain = await ensureGuestAssets(home, { sources })
    const probed = await ensureGuestAssets(home, { sources: { ...sources, inside: join(folder, 'inside') } })
    expect(probed.key).not.toBe(plain.key)
  })

  test('are not made from another kernel than the one on record', async () => {
    const other = { ...sources, kernelSha256: sha256(Buffer.from('another')) }
    await expect(ensureGuestAssets(folder, { sources: other })).rejects.toMatchObject({
      wire: { code: 'unavailable', reason: 'guest-kernel-other', detail: expect.stringContaining(sha256(kernel)) },
    })
  })

  test('hold the kernel that the settings name, and say which', async () => {
    const path = join(folder, 'vmlinux')
    const own = wrapKernel(buildKernelImage(loadAddress + 0x80))
    own.write('Linux version 6.18.3-own (root@here) ', 9000, 'latin1')
    writeFileSync(path, own, { mode: 0o644 })
    const assets = await ensureGuestAssets(join(folder, 'own'), { sources, ownKernel: path })
    expect(readFileSync(assets.kernel).equals(own)).toBe(true)
    expect(assets.kernelFacts).toEqual({ version: '6.18.3-own', sha256: sha256(own), ownPath: path })
    expect((await ensureGuestAssets(join(folder, 'own'), { sources })).key).not.toBe(assets.key)
  })

  test('cannot be made without the kernel’s package, and the remedy says so', async () => {
    await expect(ensureGuestAssets(folder, { sources: { ...sources, kernelLibrary: null } })).rejects.toMatchObject({
      wire: { code: 'unavailable', reason: 'guest-kernel-missing', remedy: { kind: 'runCommand' } },
    })
    await expect(
      ensureGuestAssets(folder, { sources: { ...sources, kernelLibrary: sources.init } }),
    ).rejects.toMatchObject({
      wire: { code: 'unavailable', reason: 'guest-kernel-unusable' },
    })
    await expect(ensureGuestAssets(folder, { sources: { ...sources, init: null } })).rejects.toMatchObject({
      wire: { reason: 'guest-init-missing' },
    })
  })
})
