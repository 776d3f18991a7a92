import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { run } from '../../base/process/run.ts'
import {
  dockerArchive,
  dockerEntries,
  ociEntries,
  ociEntriesOfPlatforms,
  smallLayer,
} from '../../testing/images/image-builder.ts'
import { openBench, type StoreBench } from '../../testing/images/store-bench.ts'
import { type Entry, tarFile, xz } from '../../testing/images/tar-builder.ts'

let bench: StoreBench

beforeEach(async () => {
  bench = await openBench()
})
afterEach(async () => {
  await bench.close()
})

const layer = (...entries: Entry[]): Buffer => dockerArchive({ layers: [tarFile(entries)] })
const good = (): Buffer => dockerArchive({ layers: [smallLayer()] })
const replaced = (entries: Entry[], match: RegExp, content: string): Buffer =>
  tarFile(entries.map((entry) => (match.test(String(entry.name)) ? { ...entry, content } : entry)))
const without = (entries: Entry[], match: RegExp): Buffer =>
  tarFile(entries.filter(({ name }) => !match.test(String(name))))
const oci = (): Entry[] => ociEntries([{ layers: [smallLayer()] }])
const docker = (): Entry[] => dockerEntries([{ layers: [smallLayer()] }])
const random = Buffer.from(Array.from({ length: 4000 }, (_value, at) => (at * 7919) % 256))

test.each<[string, string, () => Buffer | Promise<Buffer>]>([
  ['an empty file', 'not-an-archive', () => Buffer.alloc(0)],
  ['a text', 'not-an-archive', () => Buffer.from('hello\n'.repeat(500))],
  ['a text that is compressed', 'not-an-archive', () => gzipSync('hello\n'.repeat(500))],
  ['zeros', 'not-an-archive', () => Buffer.alloc(10_240)],
  ['noise behind the mark of gzip', 'archive-damaged', () => Buffer.concat([Buffer.from([0x1f, 0x8b]), random])],
  ['an archive without an image', 'not-an-image', () => tarFile([{ name: 'hello', content: 'hello' }])],
  ['an archive cut in a file', 'archive-truncated', () => good().subarray(0, 1200)],
  ['an archive cut between two files', 'archive-truncated', () => good().subarray(0, -1024)],
  ['a compressed archive cut', 'archive-truncated', () => gzipSync(good()).subarray(0, -20)],
  ['a zstd archive cut', 'archive-truncated', () => zstdCompressSync(good()).subarray(0, -20)],
  ['an xz archive cut', 'archive-truncated', () => xz(good()).then((archive) => archive.subarray(0, -30))],
  ['a header that was changed', 'archive-damaged', () => Buffer.concat([good().subarray(0, 2048), random])],
  ['a path with ..', 'layer-path-outside', () => layer({ name: '../evil', content: 'x' })],
  ['a path with .. in the middle', 'layer-path-outside', () => layer({ name: 'a/../../evil', content: 'x' })],
  ['an absolute path with ..', 'layer-path-outside', () => layer({ name: '/../evil', content: 'x' })],
  ['a pax path with ..', 'layer-path-outside', () => layer({ name: 'fine', pax: { path: '../evil' } })],
  ['a whiteout of the folder above', 'layer-path-outside', () => layer({ name: 'a/.wh...' })],
  ['a hard link to no file', 'layer-link-outside', () => layer({ name: 'b', type: '1', link: '..' })],
  [
    'a file behind links in a circle',
    'layer-path-behind-link',
    () =>
      layer({ name: 'a', type: '2', link: 'b' }, { name: 'b', type: '2', link: 'a' }, { name: 'a/x', content: 'x' }),
  ],
  [
    'a symlink that claims content',
    'layer-entry-unknown',
    () => layer({ name: 'a', type: '2', link: 'b', statedSize: 512 }),
  ],
  ['a sparse file', 'layer-entry-unknown', () => layer({ name: 'a', type: 'S' })],
  [
    'a sparse file by pax',
    'layer-entry-unknown',
    () => layer({ name: 'a', pax: { 'GNU.sparse.realsize': '9999999' } }),
  ],
  ['a name of NUL', 'layer-name-invalid', () => layer({ name: 'a', pax: { path: 'a\0b' } })],
  ['a name of 256 bytes', 'layer-name-too-long', () => layer({ name: 'n'.repeat(256) })],
  ['a path of 300 folders', 'layer-name-too-long', () => layer({ name: 'd/'.repeat(300) })],
  [
    'an attribute of overlayfs',
    'layer-attribute-reserved',
    () => layer({ name: 'a', pax: { 'SCHILY.xattr.trusted.overlay.redirect': '/' } }),
  ],
  ['a path to the outside in the archive', 'archive-path-outside', () => tarFile([{ name: '../x', content: 'x' }])],
  [
    'a link to the outside in the archive',
    'archive-link-outside',
    () => tarFile([{ name: 'x', type: '2', link: '/etc' }]),
  ],
  ['a device in the archive', 'archive-entry-unknown', () => tarFile([{ name: 'x', type: '3' }])],
  ['a layer that is missing', 'archive-incomplete', () => without(docker(), /layer\.tar$/)],
  ['a configuration that is missing', 'archive-incomplete', () => without(docker(), /^[0-9a-f]{64}\.json$/)],
  [
    'a layer that was changed',
    'digest-mismatch',
    () => replaced(docker(), /layer\.tar$/, String(tarFile([{ name: 'x' }]))),
  ],
  ['a blob that was changed', 'digest-mismatch', () => replaced(oci(), /blobs\/sha256\/[0-7]/, 'changed')],
  ['a manifest that is no JSON', 'image-description-invalid', () => replaced(docker(), /^manifest\.json$/, '[{')],
  [
    'a manifest of another form',
    'image-description-invalid',
    () => replaced(docker(), /^manifest\.json$/, '[{"Config":1}]'),
  ],
  ['an index that leads nowhere', 'not-an-image', () => replaced(oci(), /^index\.json$/, '{"manifests":[]}')],
  [
    'a configuration with a NUL',
    'image-description-invalid',
    () => dockerArchive({ layers: [smallLayer()], config: { Cmd: ['a\0b'] } }),
  ],
  [
    'another architecture',
    'image-wrong-platform',
    () => dockerArchive({ layers: [smallLayer()], outer: { architecture: 'vax' } }),
  ],
  ['another system', 'image-wrong-platform', () => dockerArchive({ layers: [smallLayer()], outer: { os: 'windows' } })],
  [
    'no platform of this machine',
    'image-wrong-platform',
    () => tarFile(ociEntriesOfPlatforms([{ layers: [smallLayer()], platform: 'linux/vax' }])),
  ],
  [
    'an entrypoint that is neither a text nor a list',
    'image-description-invalid',
    () => dockerArchive({ layers: [smallLayer()], config: { Entrypoint: 1 } }),
  ],
  [
    'fewer layers than stated',
    'image-inconsistent',
    () => dockerArchive({ layers: [smallLayer()], outer: { rootfs: { diff_ids: [] } } }),
  ],
])('%s is refused as %s, and nothing is left', async (_what, reason, make) => {
  const importing = bench.importFile(await make())
  await expect(importing).rejects.toMatchObject({ wire: { reason } })
  await expect(importing).rejects.toHaveProperty('wire.message', expect.stringMatching(/^[^\n]{20,300}\.$/))
  await expect(importing).rejects.toHaveProperty('wire.code', expect.stringMatching(/^(invalidRequest|refused)$/))
  expect(await bench.leftovers()).toEqual([])
  expect(bench.records.list()).toEqual([])
  expect(bench.changed).toEqual([])
})

test('a name of 255 bytes is taken where mkfs.erofs takes it, and refused by a sentence where not', async () => {
  const name = 'n'.repeat(255)
  const folder = mkdtempSync(join(tmpdir(), 'joey-name-'))
  writeFileSync(join(folder, name), '')
  const pack = run('mkfs.erofs', ['--quiet', `${folder}.erofs`, folder])
  const isTaken = await pack.then(
    () => true,
    () => false,
  )
  for (const path of [folder, `${folder}.erofs`]) rmSync(path, { recursive: true, force: true })
  const importing = bench.importFile(layer({ name }))
  if (isTaken) expect(await importing).toHaveLength(1)
  else
    await expect(importing).rejects.toMatchObject({
      wire: { reason: 'layer-name-too-long', params: { path: expect.stringContaining('nnn') } },
    })
})

test.each<[string, () => Buffer]>([
  [
    'an archive that grows when it is uncompressed',
    () => gzipSync(tarFile([{ name: 'x', content: Buffer.alloc(9_000_000) }])),
  ],
  [
    'a layer that grows when it is uncompressed',
    () => dockerArchive({ layers: [tarFile([{ name: 'x', content: Buffer.alloc(9_000_000) }])], gzip: true }),
  ],
  ['a file whose size is stated larger than it is', () => layer({ name: 'x', statedSize: 8_000_000_000 })],
  [
    'thousands of files without content',
    () => layer(...Array.from({ length: 3000 }, (_value, at) => ({ name: `f${at}` }))),
  ],
])('%s than the disk has room for is refused', async (_what, make) => {
  const store = bench.open({ room: async () => ({ bytes: 8_000_000, files: Number.POSITIVE_INFINITY }) })
  const path = await bench.write('bomb', make())
  const { signal } = new AbortController()
  await expect(store.import({ path, signal, onProgress: () => {} })).rejects.toMatchObject({
    wire: { code: 'tooLarge', reason: 'image-larger-than-disk' },
  })
  expect(await bench.leftovers()).toEqual([])
})

test('more files than the disk can have are refused before one is unpacked', async () => {
  const store = bench.open({ room: async () => ({ bytes: 1e9, files: 99 }) })
  const path = await bench.write('many', layer(...Array.from({ length: 100 }, (_value, at) => ({ name: `f${at}` }))))
  const { signal } = new AbortController()
  await expect(store.import({ path, signal, onProgress: () => {} })).rejects.toMatchObject({
    wire: { code: 'tooLarge', reason: 'image-more-files-than-disk', params: { needed: 100, free: 99 } },
  })
  expect(await bench.leftovers()).toEqual([])
})

test.each<[string, string, (bench: StoreBench) => Promise<string>]>([
  ['a path that is not there', 'path-not-found', () => Promise.resolve('/no/such/file')],
  ['a device', 'not-a-file', () => Promise.resolve('/dev/null')],
  ['a folder without an image', 'not-an-image', () => Promise.resolve('/usr')],
  [
    'a FIFO, without waiting for a writer',
    'not-a-file',
    async (at) => {
      const path = `${await at.write('x', '')}.fifo`
      await run('mkfifo', [path])
      return path
    },
  ],
  [
    'a layout whose blobs lie behind a link to the outside',
    'archive-incomplete',
    async (at) => {
      const blobs = await at.writeLayout('elsewhere', oci())
      const layout = await at.writeLayout('layout', oci().slice(0, 2))
      await symlink(`${blobs}/blobs`, `${layout}/blobs`)
      return layout
    },
  ],
])('%s is refused', async (_what, reason, make) => {
  const path = await make(bench)
  const { signal } = new AbortController()
  await expect(bench.store.import({ path, signal, onProgress: () => {} })).rejects.toMatchObject({ wire: { reason } })
  expect(await bench.leftovers()).toEqual([])
})

test('garbage after the end of a compressed archive does not hang the import', async () => {
  const importing = bench.importFile(Buffer.concat([gzipSync(good()), random, random, Buffer.alloc(3_000_000, 'x')]))
  await importing.catch(() => undefined)
  expect((await bench.leftovers()).filter((file) => !file.endsWith('.erofs'))).toEqual([])
})

test('one bad image spoils the archive: none of its images is stored', async () => {
  const bad = { layers: [tarFile([{ name: '../x' }])], tags: ['bad:1'] }
  await expect(bench.importFile(dockerArchive({ layers: [smallLayer()] }, bad))).rejects.toMatchObject({
    wire: { reason: 'layer-path-outside' },
  })
  expect(await bench.leftovers()).toEqual([])
})

test('a name for an archive of two images, and a name that is none, are refused', async () => {
  const two = dockerArchive({ layers: [smallLayer('1')] }, { layers: [smallLayer('2')] })
  await expect(bench.importFile(two, 'web')).rejects.toMatchObject({ wire: { reason: 'image-name-for-many' } })
  await expect(bench.importFile(two, '../web')).rejects.toMatchObject({ wire: { reason: 'image-name-invalid' } })
})
