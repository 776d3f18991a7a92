import { mkdirSync, readdirSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { AppError } from '#contract/app-error'
import { run } from '../../base/process/run.ts'
import type { TreeView } from '../layers/tree-view.ts'
import type { TreeTools } from './layer-union.ts'
import { openTreeView } from './tree-view.ts'

let base: string
let root: string
/** Nothing has attributes, and no program is started. */
const tools: TreeTools = {
  attributes: { open: async (folders) => folders.map(() => ({ isOpaque: () => false, read: async () => [] })) },
  isFrozen: () => false,
}

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'joey-view-'))
  root = join(base, 'root')
  await mkdir(join(root, 'etc'), { recursive: true })
  await writeFile(join(base, 'secret'), 'secret')
  await writeFile(join(root, 'etc/passwd'), 'inside')
})
afterEach(() => rm(base, { recursive: true, force: true }))

async function withView<T>(work: (view: TreeView) => Promise<T>, ...paths: readonly string[]): Promise<T> {
  const sources = (paths.length > 0 ? paths : [root]).map((path) => ({ kind: 'folder', path }) as const)
  const view = await openTreeView(sources, tools)
  try {
    return await work(view)
  } finally {
    await view.close()
  }
}

const read = (path: string) =>
  withView(async (view) => {
    const file = await view.open(path)
    const bytes = await file.read(0, 1000)
    await file.close()
    return bytes.toString()
  })

test.each([
  ['a link at the end', 'etc/link'],
  ['a link in the middle', 'out/secret'],
  ['a way up', 'etc/../etc/passwd'],
  ['a way out', '../secret'],
  ['an empty name', 'etc//passwd'],
  ['a dot', './etc/passwd'],
  ['a leading slash', '/etc/passwd'],
  ['a folder', 'etc'],
  ['a FIFO', 'etc/pipe'],
])('%s is not opened', async (_rule, path) => {
  await symlink('passwd', join(root, 'etc/link'))
  await symlink(base, join(root, 'out'))
  await run('mkfifo', [join(root, 'etc/pipe')])
  expect(await read('etc/passwd')).toBe('inside')
  await expect(read(path)).rejects.toMatchObject({ wire: { code: 'notFound' } })
})

test('a listing shows where links lead and follows none', async () => {
  await symlink(base, join(root, 'out'))
  await withView(async (view) => {
    expect(await view.stat('out')).toMatchObject({ kind: 'link', target: base })
    expect((await view.list('')).map(({ path, node }) => [path, node.kind])).toEqual([
      ['etc', 'folder'],
      ['out', 'link'],
    ])
    await expect(view.list('out')).rejects.toMatchObject({ wire: { code: 'notFound' } })
  })
})

test('a file hides a folder below it, and a folder below that is not shown again', async () => {
  const layers = ['a', 'b', 'c'].map((name) => join(base, name))
  for (const layer of layers) mkdirSync(layer)
  for (const layer of [layers[0], layers[2]]) mkdirSync(join(layer ?? '', 'x'))
  await writeFile(join(layers[1] ?? '', 'x'), '')
  await writeFile(join(layers[2] ?? '', 'x/hidden'), '')
  await writeFile(join(layers[0] ?? '', 'x/shown'), '')
  await withView(
    async (view) => {
      expect((await view.list('x')).map(({ path }) => path)).toEqual(['shown'])
      expect(await view.stat('x/hidden')).toBeNull()
    },
    ...layers,
  )
})

test('holes are found in large files and in small ones', async () => {
  for (const [name, size] of [
    ['small', 400_000],
    ['large', 40_000_000],
  ] as const) {
    await writeFile(join(root, name), Buffer.alloc(5000, 1))
    await truncate(join(root, name), size)
    const parts = await withView(async (view) => {
      const file = await view.open(name)
      const found = await file.parts()
      await file.close()
      return found
    })
    expect(parts[0]?.start).toBe(0)
    const bytes = parts.reduce((sum, { length }) => sum + length, 0)
    expect(bytes, name).toBeGreaterThanOrEqual(5000)
    expect(bytes, name).toBeLessThan(20_000)
  }
})

test('no descriptor is left open, however deep the tree', async () => {
  const deep = Array.from({ length: 60 }, (_, index) => `d${index}`).join('/')
  await mkdir(join(root, deep), { recursive: true })
  await writeFile(join(root, deep, 'file'), 'x')
  const count = () => readdirSync('/proc/self/fd').length
  const before = count()
  const [seen, most] = await withView(async (view) => {
    const paths: string[] = []
    let highest = 0
    for await (const { path } of view.walk('', new AbortController().signal)) {
      paths.push(path)
      highest = Math.max(highest, count())
    }
    return [paths, highest] as const
  })
  expect(seen).toContain(`${deep}/file`)
  expect(most - before).toBeLessThan(20)
  expect(count()).toBe(before)
})

test('a guest that swaps folders with links to the host never gets a name or a byte of the host shown', async () => {
  await mkdir(join(root, 'a'))
  await writeFile(join(root, 'a/secret'), 'inside')
  await symlink(base, join(root, 'b'))
  let racing = true
  const racer = (async () => {
    while (racing) {
      await rename(join(root, 'a'), join(root, 'c'))
      await rename(join(root, 'b'), join(root, 'a'))
      await rename(join(root, 'a'), join(root, 'b'))
      await rename(join(root, 'c'), join(root, 'a'))
    }
  })()
  const seen = new Set<string>()
  const names = new Set<string>()
  const end = performance.now() + 1500
  while (performance.now() < end) {
    seen.add(await read('a/secret').catch((error: unknown) => AppError.from(error).wire.code))
    await withView(async (view) => {
      for (const { path } of await view.list('a').catch(() => [])) names.add(path)
      for await (const { path } of view.walk('', new AbortController().signal)) names.add(path)
    })
  }
  racing = false
  await racer
  expect([...seen].sort()).toEqual(['inside', 'notFound'])
  expect(names).not.toContain('root')
  expect([...names].filter((name) => /root/.test(name))).toEqual([])
  expect(names).toContain('a/secret')
})

test('a layer that has just been moved away is reported as that', async () => {
  await expect(withView(async () => null, root, join(base, 'moved'))).rejects.toMatchObject({
    wire: { code: 'conflict', reason: 'tree-moved' },
  })
})
