import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { chmod, mkdir, readdir, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { run } from '../../base/process/run.ts'
import { describeLayer } from '../../testing/layers/describe-layer.ts'
import { makeRandomLayer } from '../../testing/layers/random-layer.ts'
import { createDiskConverter } from '../ext4/ext4-disk.ts'
import { createLayerStore } from './create-layer-store.ts'
import type { LayerStore } from './layer-store.ts'

const converter = createDiskConverter(run)
const { signal } = new AbortController()
let home: string
let folder: string
let store: LayerStore
let seed = 100

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'jy-layers-'))
  folder = join(home, 'layers')
  mkdirSync(folder)
  store = createLayerStore({ folder, blockFolder: join(home, 'blocks'), run, log: pino({ enabled: false }), converter })
})
afterAll(() => run('rm', ['-rf', home]))

/** A random layer that was adopted and sealed. */
async function makeSealed(): Promise<string> {
  const upper = join(home, 'upper')
  seed += 1
  await makeRandomLayer(upper, seed)
  const id = store.newId()
  await store.adoptFolder(id, upper)
  await store.seal(id, { signal })
  return id
}

test('a folder becomes a layer by a move, and repeated nothing more happens', async () => {
  const upper = join(home, 'moved')
  await makeRandomLayer(upper, 1)
  const before = await describeLayer(upper)
  const id = store.newId()
  expect(await store.facts(id)).toBeNull()
  await store.adoptFolder(id, upper)
  await mkdir(upper)
  await writeFile(join(upper, 'newer'), 'work that went on')
  await store.adoptFolder(id, upper)
  expect(await readFile(join(upper, 'newer'), 'utf8')).toBe('work that went on')
  expect(await describeLayer(await store.ensureTree(id, signal))).toBe(before)
  expect(await store.facts(id)).toMatchObject({ sealed: false })
})

test('an adoption that a crash cut short goes on when it is requested again, and no sweep takes its only copy', async () => {
  const upper = join(home, 'cut')
  await makeRandomLayer(upper, 2)
  const before = await describeLayer(upper)
  const id = store.newId()
  await mkdir(join(folder, id))
  await store.sweep(new Set([id, ...(await readdir(folder))]))
  await store.adoptFolder(id, upper)
  await store.sweep(new Set([id, ...(await readdir(folder))]))
  expect(await describeLayer(await store.ensureTree(id, signal))).toBe(before)
  await expect(store.adoptFolder(store.newId(), upper)).rejects.toMatchObject({ wire: { reason: 'layer-source-gone' } })
})

test('a sealed layer is whole, and its facts are what was counted', async () => {
  const upper = join(home, 'counted')
  await mkdir(join(upper, 'a'), { recursive: true })
  await writeFile(join(upper, 'a', 'b'), 'x'.repeat(5_000))
  const id = store.newId()
  await store.adoptFolder(id, upper)
  expect(await store.verify(id, { signal })).toMatchObject({ ok: false })
  const facts = { bytes: 5_000, entries: 2, sealed: true }
  expect(await store.seal(id, { signal })).toEqual(facts)
  expect(await store.facts(id)).toEqual(facts)
  expect(await store.verify(id, { signal })).toEqual({ ok: true, problems: [], bytes: 5_000 })
})

test('random layers that were sealed are found whole', async () => {
  for (let round = 0; round < 5; round += 1) {
    const id = await makeSealed()
    await store.requireUsable(id)
    expect(await store.verify(id, { signal }), `seed ${seed}`).toMatchObject({ ok: true, problems: [] })
    await store.remove(id)
  }
})

const damages: readonly [string, (tree: string, layer: string) => Promise<unknown>, RegExp][] = [
  ['a byte', (tree) => writeFile(join(tree, 'file'), 'Hallo').then(() => keepTime(tree)), /content of \/file/],
  ['a mode', (tree) => chmod(join(tree, 'file'), 0o4755), /mode of \/file is 4755 and was 644/],
  ['a file that is gone', (tree) => rm(join(tree, 'file')), /\/file is gone/],
  ['a file too many', (tree) => writeFile(join(tree, 'more'), ''), /\/more was not there/],
  ['another name', (tree) => rename(join(tree, 'file'), join(tree, 'fil\\e')), /\/fil\\\\e was not there/],
  ['a cut index', (_tree, layer) => truncate(join(layer, 'index'), 100), /index of the layer does not fit/],
  ['no index', (_tree, layer) => rm(join(layer, 'index')), /index of the layer is missing/],
  [
    'a seal that is no seal',
    (_tree, layer) => writeFile(join(layer, 'seal.json'), '{'),
    /seal\.json of the layer is not readable/,
  ],
  ['no tree', (tree) => rm(tree, { recursive: true }), /layer is gone/],
]
const keepTime = (tree: string) => run('touch', ['-d', '2020-01-01', join(tree, 'file')])

test.each(damages)('%s is found by a check and named', async (_name, damage, expected) => {
  const upper = join(home, 'whole')
  await mkdir(upper)
  await writeFile(join(upper, 'file'), 'Hello', { mode: 0o644 })
  await keepTime(upper)
  const id = store.newId()
  await store.adoptFolder(id, upper)
  await store.seal(id, { signal })
  await damage(join(folder, id, 'tree'), join(folder, id))
  const { ok, problems } = await store.verify(id, { signal })
  expect(ok).toBe(false)
  expect(problems.map(({ message }) => message).join('\n')).toMatch(expected)
})

test('a layer whose index is damaged, or whose tree is gone, is not usable', async () => {
  const [cut, gone] = [await makeSealed(), await makeSealed()]
  await truncate(join(folder, cut, 'index'), 100)
  rmSync(join(folder, gone, 'tree'), { recursive: true })
  for (const id of [cut, gone, store.newId()]) {
    await expect(store.requireUsable(id)).rejects.toMatchObject({ wire: { reason: 'damaged-layer' } })
  }
})

test('a disk becomes a layer whose tree is made for many at once, and the disk stays as it was', async () => {
  const upper = join(home, 'for-disk')
  await makeRandomLayer(upper, 7)
  const before = await describeLayer(upper)
  const disk = join(home, 'disk.ext4')
  await converter.makeDisk({ disk, from: { upper }, signal })
  const id = store.newId()
  await store.copyDisk(id, disk, { signal })
  await store.seal(id, { signal })
  const trees = await Promise.all([store.ensureTree(id, signal), store.ensureTree(id, signal)])
  expect(new Set(trees).size).toBe(1)
  expect(await describeLayer(trees[0] ?? '')).toBe(before)
  expect(await store.verify(id, { signal })).toMatchObject({ ok: true })
  const back = join(home, 'back.ext4')
  await store.copyDiskTo(id, back, signal)
  await run('cmp', ['--bytes=67108864', disk, back])
  expect((await stat(back)).size).toBe((await stat(disk)).size)
  expect(await store.diskBytes(id)).toBeGreaterThan(100_000)
})

test('a sweep removes what nobody names and what is half made, and nothing else', async () => {
  const [kept, unnamed] = [await makeSealed(), await makeSealed()]
  await mkdir(join(folder, 'aaaaaaaaaaaa.part', 'tree'), { recursive: true })
  await writeFile(join(folder, kept, 'index.part'), '')
  const named = new Set((await readdir(folder)).filter((name) => name !== unnamed && !name.endsWith('.part')))
  expect(await store.sweep(named)).toBeGreaterThanOrEqual(3)
  expect((await readdir(join(folder, kept))).sort()).toEqual(['index', 'seal.json', 'tree'])
  expect(await store.facts(unnamed)).toBeNull()
  expect((await readdir(folder)).filter((name) => name.endsWith('.part'))).toEqual([])
  await store.remove(kept)
  await store.remove(kept)
  expect(await store.facts(kept)).toBeNull()
})
