import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { run } from '../../base/process/run.ts'
import { createRandom, makeRandomLayer } from '../../testing/layers/random-layer.ts'
import { changeTree } from '../../testing/trees/change-tree.ts'
import { describeMount, describeView } from '../../testing/trees/describe-tree.ts'
import { createDiskConverter } from '../ext4/ext4-disk.ts'
import type { LayerSource } from '../layers/tree-view.ts'
import { createTreeTools, openTreeView } from './tree-view.ts'

const tools = createTreeTools(run, (path) => !path.includes('/upper'))
const { signal } = new AbortController()
let home: string
let mounted: string[] = []

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'jy-trees-'))
})
afterEach(async () => {
  for (const path of mounted.reverse()) await run('umount', [path])
  mounted = []
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

const folder = (path: string): LayerSource => ({ kind: 'folder', path })

async function mount(name: string, args: readonly string[]): Promise<string> {
  const place = join(home, name)
  mkdirSync(place)
  await run('mount', [...args, place])
  mounted.push(place)
  return place
}

async function show(sources: readonly LayerSource[]): Promise<string[]> {
  const view = await openTreeView(sources, tools)
  try {
    return await describeView(view)
  } finally {
    await view.close()
  }
}

test('chains of random layers show what overlayfs shows', { timeout: 120_000 }, async () => {
  for (let seed = 1; seed <= 8; seed += 1) {
    const layers = Array.from({ length: 2 + (seed % 4) }, (_, index) => join(home, `layer-${seed}-${index}`))
    for (const [index, layer] of layers.entries()) await makeRandomLayer(layer, seed * 100 + index)
    const overlay = await mount(`merged-${seed}`, ['-t', 'overlay', 'x', '-o', `ro,lowerdir=${layers.join(':')}`])
    expect(await show(layers.map(folder)), `seed ${seed}`).toEqual(await describeMount(overlay))
  }
})

test('a writable layer shows what overlayfs shows while it is mounted', { timeout: 120_000 }, async () => {
  const layers = ['base-0', 'base-1'].map((name) => join(home, name))
  for (const [index, layer] of layers.entries()) await makeRandomLayer(layer, 7_000 + index)
  const [upper, work] = [join(home, 'upper'), join(home, 'work')]
  for (const path of [upper, work]) mkdirSync(path)
  const options = `lowerdir=${layers.join(':')},upperdir=${upper},workdir=${work}`
  const overlay = await mount('live', ['-t', 'overlay', 'x', '-o', options])
  const random = createRandom(5)
  for (let round = 0; round < 4; round += 1) {
    await changeTree(overlay, 12, random)
    const sources = [folder(upper), ...layers.map(folder)]
    expect(await show(sources), `round ${round}`).toEqual(await describeMount(overlay))
  }
})

test('a disk shows what the folder shows that it was made from', { timeout: 60_000 }, async () => {
  const [layer, base, disk] = [join(home, 'disk-layer'), join(home, 'disk-base'), join(home, 'a.ext4')]
  await makeRandomLayer(layer, 42)
  await makeRandomLayer(base, 43)
  await createDiskConverter(run).makeDisk({ disk, from: { upper: layer }, signal })
  const fromDisk = await show([{ kind: 'disk', path: disk, settle: null }, folder(base)])
  expect(fromDisk).toEqual(await show([folder(layer), folder(base)]))
})

test('a disk shows what is in its journal while somebody else has it mounted', { timeout: 60_000 }, async () => {
  const disk = join(home, 'b.ext4')
  const root = { uid: 0, gid: 0, mode: 0o755 }
  await createDiskConverter(run).makeDisk({ disk, from: { root }, signal })
  const place = await mount('mounted-disk', ['-o', 'loop', disk])
  const upper = join(place, 'upper')
  for (let round = 0; round < 5; round += 1) {
    for (let index = 0; index < 300; index += 1)
      writeFileSync(join(upper, `f${(round * 97 + index) % 500}`), `${round}`)
    await run('sh', [
      '-c',
      'mkdir -p "$1/d/e" && rm -rf "$1/d" && mkdir -p "$1/d/x$2" && rm -f "$1"/f1*',
      's',
      upper,
      `${round}`,
    ])
    await run('sync', ['--file-system', upper])
    const lines = await show([{ kind: 'disk', path: disk, settle: null }])
    expect(lines, `round ${round}`).toEqual(await describeMount(upper))
  }
})
