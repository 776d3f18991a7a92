import { mkdtempSync } from 'node:fs'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
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

const { signal } = new AbortController()
const writer = join(import.meta.dirname, '../../testing/layers/racing-writer.entry.ts')
let home: string
let store: LayerStore

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'jy-merge-'))
  const log = pino({ enabled: false })
  const folder = join(home, 'layers')
  store = createLayerStore({ folder, blockFolder: join(home, 'blocks'), run, log, converter: createDiskConverter(run) })
})
afterAll(() => run('rm', ['-rf', home]))

/** What the kernel shows of layers, the topmost first. */
async function describeUnion(name: string, lowers: readonly string[]): Promise<string> {
  const mount = join(home, name)
  await mkdir(mount, { recursive: true })
  await run('mount', ['-t', 'overlay', '-o', `ro,lowerdir=${lowers.join(':')}`, 'joey', mount])
  try {
    return withoutRoom(await describeLayer(mount))
  } finally {
    await run('umount', [mount])
  }
}

/** How much room holes save is another matter where files are compressed or copied. */
function withoutRoom(description: string): string {
  return description
    .split('\n')
    .filter((line) => !/^.* \d+ \d+$/.test(line))
    .join('\n')
}

/** A base and layers over it, the topmost first, as a kernel's overlayfs writes them when programs work in it. */
async function makeChain(seed: number, count: number): Promise<{ base: string; chain: string[] }> {
  const at = (name: string) => join(home, `${name}-${seed}`)
  const base = at('base')
  await mkdir(base)
  await run(process.execPath, [writer, base, `${seed}`, '400'])
  const chain: string[] = []
  for (let index = 0; index < count; index += 1) {
    const trees = await Promise.all(chain.map((id) => store.ensureTree(id, signal)))
    const [upper, work, mount] = [at('upper'), at('work'), at('mount')]
    for (const folder of [upper, work, mount]) await mkdir(folder, { recursive: true })
    const options = `lowerdir=${[...trees, base].join(':')},upperdir=${upper},workdir=${work},redirect_dir=off`
    await run('mount', ['-t', 'overlay', '-o', options, 'joey', mount])
    await run(process.execPath, [writer, mount, `${seed * 100 + index}`, '60'])
    await run('umount', [mount])
    await run('rm', ['-rf', work])
    const id = store.newId()
    await store.adoptFolder(id, upper)
    chain.unshift(id)
  }
  return { base, chain }
}

test('merged layers show what the chain showed over what is below, whichever part of it is merged', async () => {
  for (let seed = 1; seed <= 2; seed += 1) {
    const { base, chain } = await makeChain(seed, 4)
    const trees = await Promise.all(chain.map((id) => store.ensureTree(id, signal)))
    const before = await describeUnion('before', [...trees, base])
    for (const [from, to] of [
      [0, 4],
      [1, 3],
      [0, 2],
      [2, 4],
    ] as const) {
      const into = store.newId()
      await store.merge(chain.slice(from, to), into, { signal })
      const lowers = [...trees.slice(0, from), await store.ensureTree(into, signal), ...trees.slice(to), base]
      expect(await describeUnion('after', lowers), `seed ${seed}, ${from} to ${to}`).toBe(before)
    }
  }
})

test('a merged random layer keeps what overlayfs itself does not show: attributes, holes, hard links', async () => {
  let compared = 0
  for (let seed = 1; compared < 2; seed += 1) {
    const upper = join(home, `alone-${seed}`)
    await makeRandomLayer(upper, seed)
    const [id, empty, into] = [store.newId(), store.newId(), store.newId()]
    await store.adoptFolder(id, upper)
    await store.seal(id, { signal })
    // Deletions in folders that hide everything below are left out: nothing is there to delete.
    const index = await readFile(join(home, 'layers', id, 'index'), 'latin1')
    if (index.includes('trusted.overlay.opaque')) continue
    await mkdir(join(home, 'empty'))
    await store.adoptFolder(empty, join(home, 'empty'))
    const work: number[] = []
    await store.merge([id, empty], into, { signal, onProgress: (share) => work.push(share) })
    const [before, after] = await Promise.all([id, into].map(async (layer) => store.ensureTree(layer, signal)))
    expect(await describeLayer(after ?? ''), `seed ${seed}`).toBe(await describeLayer(before ?? ''))
    expect(work.at(-1)).toBe(1)
    compared += 1
  }
})

test('a chain becomes one EROFS file that shows the same, and is made once', async () => {
  const { base, chain } = await makeChain(9, 3)
  const trees = await Promise.all(chain.map((id) => store.ensureTree(id, signal)))
  const before = await describeUnion('before', [...trees, base])
  const [file, again] = await Promise.all([store.ensureBlockFile(chain, signal), store.ensureBlockFile(chain, signal)])
  expect(file).toBe(again)
  const made = await stat(file ?? '')
  const mount = join(home, 'erofs')
  await mkdir(mount)
  await run('mount', ['-t', 'erofs', '-o', 'ro,loop', file ?? '', mount])
  try {
    expect(await describeUnion('after', [mount, base])).toBe(before)
  } finally {
    await run('umount', [mount])
  }
  expect((await stat((await store.ensureBlockFile(chain, signal)) ?? '')).mtimeMs).toBe(made.mtimeMs)
  expect(await store.ensureBlockFile([], signal)).toBeNull()
  await store.remove(chain[1] ?? '')
  await expect(stat(file ?? '')).rejects.toThrow('ENOENT')
})

test('a random layer as an EROFS file has every kind of entry, owner, time and attribute', async () => {
  const upper = join(home, 'packed')
  await makeRandomLayer(upper, 12)
  const id = store.newId()
  await store.adoptFolder(id, upper)
  const file = await store.ensureBlockFile([id], signal)
  const mount = join(home, 'erofs-random')
  await mkdir(mount)
  await run('mount', ['-t', 'erofs', '-o', 'ro,loop', file ?? '', mount])
  try {
    const now = withoutRoom(await describeLayer(mount))
    expect(now).toBe(withoutRoom(await describeLayer(await store.ensureTree(id, signal))))
  } finally {
    await run('umount', [mount])
  }
})

test('a block file of which a crash has left a part, or the note alone, is made again; a sweep removes the others', async () => {
  const upper = join(home, 'half')
  await makeRandomLayer(upper, 13)
  const id = store.newId()
  await store.adoptFolder(id, upper)
  const file = (await store.ensureBlockFile([id], signal)) ?? ''
  const content = await readFile(file)
  await writeFile(file, content.subarray(0, 1000))
  await store.ensureBlockFile([id], signal)
  expect((await stat(file)).size).toBe(content.length)
  await store.sweep(new Set([id]))
  expect((await stat(file)).size).toBe(content.length)
  await store.sweep(new Set())
  await expect(stat(file)).rejects.toThrow('ENOENT')
  expect(await store.facts(id)).toBeNull()
})
