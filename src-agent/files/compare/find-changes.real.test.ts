import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { run } from '../../base/process/run.ts'
import { openTreePair } from '../../storage/trees/tree-pair.ts'
import { createTreeTools } from '../../storage/trees/tree-view.ts'
import { createRandom, makeRandomLayer } from '../../testing/layers/random-layer.ts'
import { changeTree } from '../../testing/trees/change-tree.ts'
import { describeMount } from '../../testing/trees/describe-tree.ts'
import { findChanges } from './find-changes.ts'

const tools = createTreeTools(run, (path) => !path.includes('/upper'))
const { signal } = new AbortController()
let home: string
let mounted: string[] = []

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'jy-compare-'))
})
afterEach(async () => {
  for (const path of mounted.reverse()) await run('umount', [path])
  mounted = []
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

async function mountOverlay(name: string, options: string): Promise<string> {
  const place = join(home, name)
  mkdirSync(place)
  await run('mount', ['-t', 'overlay', 'x', '-o', options, place])
  mounted.push(place)
  return place
}

async function compare(before: readonly string[], after: readonly string[], path = ''): Promise<string[]> {
  const sources = [before, after].map((paths) => paths.map((each) => ({ kind: 'folder', path: each }) as const))
  const pair = await openTreePair(sources[0] ?? [], sources[1] ?? [], tools)
  const found: string[] = []
  try {
    for await (const change of findChanges(pair, path, signal)) found.push(`${change.change} ${change.path}`)
    return found.sort()
  } finally {
    await pair.close()
  }
}

/** The same of two lists of lines: by path, without the time and the first name of a file. */
function oracle(before: readonly string[], after: readonly string[]): string[] {
  const [one, other] = [before, after].map((lines) => new Map(lines.map(splitLine)))
  const found: string[] = []
  for (const [path, facts] of other ?? []) {
    const old = one?.get(path)
    if (old === undefined) found.push(`added ${path}`)
    else if (old !== facts) found.push(`changed ${path}`)
  }
  for (const path of one?.keys() ?? []) if (!other?.has(path)) found.push(`deleted ${path}`)
  return found.sort()
}

function splitLine(line: string): readonly [path: string, facts: string] {
  const [path = '', ...facts] = line.split(' | ')
  const withoutTime = facts.filter((_fact, index) => index !== 5 && index !== 10)
  return [path, withoutTime.join(' | ')]
}

test('random changes are found exactly, whether both stand on the same layers or not', {
  timeout: 120_000,
}, async () => {
  for (let seed = 1; seed <= 3; seed += 1) {
    const inside = (name: string) => join(home, `${name}-${seed}`)
    const layers = [inside('base-0'), inside('base-1')]
    for (const [index, layer] of layers.entries()) await makeRandomLayer(layer, seed * 31 + index)
    const before = await mountOverlay(`before-${seed}`, `ro,lowerdir=${layers.join(':')}`)
    const lines = await describeMount(before)
    let chain = layers
    const random = createRandom(seed)
    for (let depth = 0; depth < 2; depth += 1) {
      const [upper, work] = [inside(`upper-${depth}`), inside(`work-${depth}`)]
      for (const path of [upper, work]) mkdirSync(path)
      const options = `lowerdir=${chain.join(':')},upperdir=${upper},workdir=${work}`
      const live = await mountOverlay(`live-${seed}-${depth}`, options)
      await changeTree(live, 8, random)
      chain = [upper, ...chain]
      const expected = oracle(lines, await describeMount(live))
      expect(await compare(layers, chain), `seed ${seed}, depth ${depth}`).toEqual(expected)
      expect(expected.length).toBeGreaterThan(0)
    }
    const reversed = await compare(chain, layers)
    const swap: Record<string, string> = { added: 'deleted', deleted: 'added', changed: 'changed' }
    const forward = await compare(layers, chain)
    expect(reversed).toEqual(forward.map((line) => line.replace(/^\w+/, (word) => swap[word] ?? word)).sort())
    const copies = layers.map((layer) => `${layer}-copy`)
    for (const [index, layer] of layers.entries()) await run('cp', ['-a', layer, copies[index] ?? ''])
    expect(await compare(copies, chain), `seed ${seed}, on copies`).toEqual(forward)
    expect(await compare(copies, layers)).toEqual([])
  }
})

test('what both share is not read, however large', { timeout: 60_000 }, async () => {
  const [image, upper] = [join(home, 'image'), join(home, 'upper-small')]
  mkdirSync(join(image, 'usr/lib'), { recursive: true })
  await run('sh', ['-c', 'cd "$1" && seq 1 8000 | xargs touch', 'fill', join(image, 'usr/lib')])
  mkdirSync(join(image, 'etc'))
  mkdirSync(join(upper, 'etc'), { recursive: true })
  cpSync('/proc/self/status', join(upper, 'etc/new'))
  await compare([image], [image])
  const begin = performance.now()
  expect(await compare([image], [upper, image])).toEqual(['added etc/new'])
  const quick = performance.now() - begin
  const copy = `${image}-copy`
  await run('cp', ['-a', image, copy])
  const late = performance.now()
  expect(await compare([copy], [upper, image])).toEqual(['added etc/new'])
  expect(quick).toBeLessThan((performance.now() - late) / 2)
})
