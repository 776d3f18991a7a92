import { createCipheriv } from 'node:crypto'
import { mkdir, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { run } from '../../base/process/run.ts'
import { describeTree, differenceOf } from '../../testing/archive/describe-tree.ts'
import { ociEntries } from '../../testing/images/image-builder.ts'
import { markTime, randomLayers } from '../../testing/images/random-image.ts'
import { openBench, type StoreBench } from '../../testing/images/store-bench.ts'
import { type Entry, sha256, tarFile } from '../../testing/images/tar-builder.ts'
import { mostParts } from './image-parts.ts'

let bench: StoreBench

beforeEach(async () => {
  bench = await openBench()
})
afterEach(async () => {
  await bench.close()
})

const { signal } = new AbortController()
const layoutOf = (layers: readonly Buffer[], name: string) =>
  bench.writeLayout(name, ociEntries([{ layers }], { 'org.opencontainers.image.ref.name': `test/${name}` }))
const importLayers = async (layers: readonly Buffer[], name: string) => {
  const [image] = await bench.store.import({ path: await layoutOf(layers, name), signal, onProgress: () => {} })
  return image!
}

/** What a sandbox of the image sees. */
async function describeImage(digest: string): Promise<string> {
  return bench.withTree(digest, describeTree)
}

/** What the unpacker makes of all layers at one place. */
async function describeUnpacked(layout: string): Promise<string> {
  const root = `${layout}.root`
  await run('umoci', ['raw', 'unpack', '--image', `${layout}:test/${layout.split('/').at(-1)}`, root])
  try {
    return await describeTree(root)
  } finally {
    await rm(root, { recursive: true })
  }
}

const newer = new RegExp(`${new Date(markTime * 1000).getUTCFullYear()}-\\S+|202\\d-\\S+`, 'g')

/**
 * Folders that no layer states are as new as the newest file up to there, or as the unpacking. Names of one file that are in
 * several parts are files of their own; that they are no more than those is looked at apart.
 */
function comparable(described: string): string {
  const lines = described.split('\n').filter((line) => !line.includes(' = '))
  return lines.map((line) => line.replace(newer, 'new')).join('\n')
}

const linkedIn = (described: string): string[][] =>
  described.split('\n').flatMap((line) => (line.includes(' = ') ? [line.split(' = ')] : []))

describe('the parts of an image, one over the other,', () => {
  let compared = 0
  test.each(Array.from({ length: 16 }, (_, index) => 1000 + index))(
    'are what all layers are that were unpacked at one place (seed %i)',
    async (seed) => {
      const layers = randomLayers(seed, 5)
      const layout = await layoutOf(layers, `random${seed}`)
      const expected = await describeUnpacked(layout).catch(() => null)
      const importing = bench.store.import({ path: layout, signal, onProgress: () => {} })
      if (expected === null) {
        await expect(importing).rejects.toHaveProperty('wire.reason')
        expect(await bench.leftovers()).toEqual([])
        return
      }
      const [image] = await importing
      compared += 1
      expect(bench.store.parts(image!.digest)).toHaveLength(5)
      const seen = await describeImage(image!.digest)
      expect(differenceOf(comparable(expected), comparable(seen))).toEqual([])
      const groups = linkedIn(expected)
      for (const names of linkedIn(seen)) {
        expect(groups.some((group) => names.every((name) => group.includes(name)))).toBe(true)
      }
    },
  )

  test('are compared in most of these cases, and not refused', () => {
    expect(compared).toBeGreaterThan(8)
  })

  test('hold 127 layers, of which each is seen', async () => {
    const layers = Array.from({ length: 127 }, (_, index) =>
      tarFile([
        { name: `layer/${index}`, content: Buffer.alloc(30_000, String(index)) },
        { name: 'layer/top', content: String(index) },
        ...(index > 0 ? [{ name: `layer/.wh.gone-${index - 1}` }] : []),
        { name: `layer/gone-${index}`, content: 'x' },
      ]),
    )
    const layout = await layoutOf(layers, 'many')
    const [image] = await bench.store.import({ path: layout, signal, onProgress: () => {} })
    const parts = bench.store.parts(image!.digest)
    expect(parts.length).toBeGreaterThan(1)
    expect(parts.length).toBeLessThanOrEqual(mostParts)
    expect(parts.flatMap((part) => part.layers)).toHaveLength(127)
    expect(
      differenceOf(
        comparableTimes(await describeUnpacked(layout)),
        comparableTimes(await describeImage(image!.digest)),
      ),
    ).toEqual([])
  })
})

/** Where every file is of one time, only folders that no layer states are not. */
const comparableTimes = (described: string): string => described.replace(/20\d\d-\S+/g, 'time')

const base = (text: string): Buffer => tarFile([big('base', text, 1_000_000), ...accounts])
const own = (text: string): Buffer => tarFile([big(text, text), { name: 'base-own', content: text }])
const accounts: Entry[] = [
  { name: 'etc/', type: '5', mode: 0o755 },
  { name: 'etc/passwd', content: 'root:x:0:0:root:/root:/bin/sh\n' },
]

/** A file that stays as large as this when it is compressed, and is large enough for a part; the same for the same text. */
function big(name: string, seed: string, bytes = 200_000): Entry {
  const stream = createCipheriv('aes-128-ctr', sha256(seed).slice(0, 16), Buffer.alloc(16))
  return { name: `big-${name}`, content: Buffer.concat([stream.update(Buffer.alloc(bytes)), Buffer.alloc(1_200_000)]) }
}

describe('images with the same lowest layers', () => {
  test('store these once, whichever came first, and say how much of them is shared', async () => {
    const one = await importLayers([base('x'), own('one')], 'one')
    expect(one.sharedBytes).toBe(0)
    const two = await importLayers([base('x'), own('two')], 'two')
    const alone = await importLayers([base('x')], 'alone')
    const [lowest] = bench.store.parts(one.digest)
    for (const { digest } of [one, two, alone]) {
      expect(bench.store.parts(digest)[0]).toEqual(lowest)
      expect(bench.store.find(digest)).toMatchObject({ sharedBytes: lowest!.bytes })
    }
    expect(bench.store.find(alone.digest).sizeBytes).toBe(lowest!.bytes)
    expect(await bench.leftovers()).toHaveLength(3)
    // A first image that comes to share something has changed for whoever lists it.
    expect(bench.changed.filter(({ digest }) => digest === one.digest).at(-1)).toMatchObject({
      sharedBytes: lowest!.bytes,
    })
    expect(bench.store.accounts(two.digest).passwd).toContain('root:x:0:0')
  })

  test('ten of them take no more than a fifth of what they share, beside what is their own', async () => {
    const layers = [base('x'), tarFile([{ name: 'small', content: Buffer.alloc(40_000, 'x') }])]
    const alone = await importLayers(layers, 'base')
    const images = []
    for (let index = 0; index < 10; index += 1) {
      images.push(await importLayers([...layers, own(`image${index}`)], `image${index}`))
    }
    const sizes = (await readdir(bench.folder)).filter((name) => name.endsWith('.erofs'))
    const stored = await Promise.all(
      sizes.map((name) => stat(join(bench.folder, name)).then((found) => found.blocks * 512)),
    )
    const all = stored.reduce((sum, size) => sum + size, 0)
    // The random content of the layers of their own.
    expect(all - 10 * 200_000).toBeLessThan(1.2 * alone.sizeBytes)
  })

  test('free what is their own alone when they are removed, and the last one everything', async () => {
    const one = await importLayers([base('x'), own('one')], 'one')
    const two = await importLayers([base('x'), own('two')], 'two')
    const [lowest, upper] = bench.store.parts(one.digest)
    await describeImage(one.digest)
    expect(await bench.store.remove(one.digest, () => [])).toMatchObject({ deleted: true, freedBytes: upper!.bytes })
    expect(bench.store.find(two.digest).sharedBytes).toBe(0)
    expect(bench.changed.at(-1)).toMatchObject({ digest: two.digest, sharedBytes: 0 })
    expect(await describeImage(two.digest)).toContain('big-base')
    const freedBytes = lowest!.bytes + bench.store.parts(two.digest)[1]!.bytes
    expect(await bench.store.remove(two.digest, () => [])).toMatchObject({ freedBytes })
    expect(await bench.leftovers()).toEqual([])
    // Again at once, where the one before has just been unmounted.
    const again = await importLayers([base('x'), own('one')], 'one')
    expect(await describeImage(again.digest)).toContain('big-one')
  })

  test('an import that counts on a part keeps it, even where its last image is removed meanwhile', async () => {
    const one = await importLayers([base('x'), own('one')], 'one')
    const path = await layoutOf([base('x'), own('two')], 'two')
    const removing: Promise<unknown>[] = []
    const onProgress = (phase: string) => {
      if (phase === 'unpacking' && removing.length === 0) removing.push(bench.store.remove(one.digest, () => []))
    }
    const [two] = await bench.store.import({ path, signal, onProgress })
    expect(await Promise.all(removing)).toMatchObject([{ deleted: true, freedBytes: expect.any(Number) }])
    expect(bench.store.list().map(({ digest }) => digest)).toEqual([two!.digest])
    expect(await describeImage(two!.digest)).toContain('big-base')
    expect(await bench.leftovers()).toHaveLength(2)
  })

  test('tell whoever fetches one which layers need not be unpacked', async () => {
    const layers = [base('x'), tarFile([{ name: 'small' }]), own('one')]
    const diffIds = layers.map((layer) => `sha256:${sha256(layer)}`)
    expect(bench.store.layersHere(diffIds)).toBe(0)
    await importLayers(layers.slice(0, 2), 'base')
    expect(bench.store.layersHere(diffIds)).toBe(1)
    expect(bench.store.layersHere(diffIds.slice(0, 2))).toBe(2)
    await importLayers(layers, 'whole')
    expect(bench.store.layersHere(diffIds)).toBe(3)
    expect(bench.store.layersHere([diffIds[2]!])).toBe(0)
  })
})

describe('an import that fails', () => {
  test('leaves no part behind that it has made', async () => {
    const stop = new AbortController()
    const path = await layoutOf([base('x'), own('one'), own('two')], 'stopped')
    let packed = 0
    const onProgress = (phase: string) => {
      if (phase !== 'packing') return
      packed += 1
      if (packed === 2) stop.abort()
    }
    await expect(bench.store.import({ path, signal: stop.signal, onProgress })).rejects.toMatchObject({
      wire: { reason: 'cancelled' },
    })
    expect(packed).toBe(2)
    expect(await bench.leftovers()).toEqual([])
  })

  test('and one whose agent was killed leaves parts that the next one removes', async () => {
    await importLayers([base('x'), own('one')], 'one')
    const kept = await bench.leftovers()
    const failing = bench.open({
      records: {
        ...bench.records,
        put: () => {
          throw new Error('killed')
        },
      },
    })
    const path = await layoutOf([base('x'), own('two')], 'two')
    await expect(failing.import({ path, signal, onProgress: () => {} })).rejects.toThrow('killed')
    await mkdir(join(bench.folder, 'staging/abc/union'), { recursive: true })
    await run(
      'touch',
      [`${'1'.repeat(64)}.erofs`, `${'2'.repeat(64)}.erofs.part`].map((name) => join(bench.folder, name)),
    )
    const found = await bench.open().reconcile()
    expect(found.map(({ reason }) => reason)).toEqual([
      'found-import-unfinished',
      'found-image-stranger',
      'found-image-stranger',
    ])
    expect(await bench.leftovers()).toEqual(kept)
  })
})

test('an image of before, which is one file by its own digest, goes on, and shares nothing', async () => {
  const image = await importLayers([base('x')], 'old')
  const file = bench.fileOf(image.digest)
  const [record] = bench.records.list()
  await run('mv', [file, join(bench.folder, `${image.digest.slice('sha256:'.length)}.erofs`)])
  bench.records.put([{ ...record!, parts: [] }])
  const store = bench.open()
  expect(await store.reconcile()).toEqual([])
  expect(store.parts(image.digest)).toMatchObject([{ digest: image.digest, start: 0, bytes: image.sizeBytes }])
  expect(store.find(image.digest)).toMatchObject({ sharedBytes: 0, names: image.names })
  expect(await store.remove(image.digest, () => [])).toMatchObject({ deleted: true, freedBytes: image.sizeBytes })
  expect(await bench.leftovers()).toEqual([])
})

test('the parts of an image whose record cannot be read stay, and are not taken away with those of others', async () => {
  const one = await importLayers([base('x'), own('one')], 'one')
  const two = await importLayers([base('x'), own('two')], 'two')
  const lost = bench.store.parts(one.digest).map(({ digest }) => digest)
  const others = bench.records.list().filter(({ image }) => image.digest === two.digest)
  const records = { ...bench.records, list: () => others, unreadable: () => [one.digest, ...lost] }
  const store = bench.open({ records })
  expect(await store.reconcile()).toEqual([])
  await store.remove(two.digest, () => [])
  expect(await bench.leftovers()).toEqual(expect.arrayContaining(lost.map((digest) => `${digest.slice(7)}.erofs`)))
})

test('a layer with the device that means removal in an overlay has its image stored as one', async () => {
  const device: Entry = { name: 'dev/odd', type: '3', device: [0, 0] }
  const image = await importLayers([base('x'), tarFile([device, big('two', 'two')]), own('three')], 'odd')
  expect(bench.store.parts(image.digest)).toHaveLength(1)
})
