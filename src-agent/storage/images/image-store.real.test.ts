import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { run } from '../../base/process/run.ts'
import { dockerArchive, smallLayer } from '../../testing/images/image-builder.ts'
import { openBench, readErofs, type StoreBench } from '../../testing/images/store-bench.ts'
import { probeImageTools } from './image-tools.ts'

let bench: StoreBench

beforeEach(async () => {
  bench = await openBench()
})
afterEach(async () => {
  await bench.close()
})

const { signal } = new AbortController()
const nobody = (): readonly string[] => []
const importOne = async (text: string, ...tags: string[]) => {
  const [image] = await bench.importFile(dockerArchive({ layers: [smallLayer(text)], tags }))
  return image!
}

describe('the built-in image', () => {
  test('is made without an archive, and works', async () => {
    await bench.store.ensureBuiltIn(signal)
    const image = bench.store.find('busybox')
    expect(image).toMatchObject({ names: ['busybox:latest'], builtIn: true, config: { command: ['sh'] } })
    const files = await readErofs(bench.fileOf(image.digest))
    expect(files.get('bin/sh')).toMatchObject({ type: 'symlink', linkname: '/bin/busybox' })
    expect(files.get('bin/busybox')).toMatchObject({ mode: 0o755, uid: 0 })
    expect(files.get('tmp')).toMatchObject({ mode: 0o1777 })
    expect(bench.store.accounts(image.digest).passwd).toContain('nobody:x:65534')
  })

  test('is made once', async () => {
    await bench.store.ensureBuiltIn(signal)
    await bench.open().ensureBuiltIn(signal)
    expect(bench.changed).toHaveLength(1)
  })

  test('is made anew when its file is gone', async () => {
    await bench.store.ensureBuiltIn(signal)
    await rm(bench.fileOf(bench.store.find('busybox').digest))
    const next = bench.open()
    await next.reconcile()
    await next.ensureBuiltIn(signal)
    expect(await bench.leftovers()).toHaveLength(1)
  })

  test('cannot be removed, and no archive gets its name, in its own names or by request', async () => {
    await bench.store.ensureBuiltIn(signal)
    const { digest } = bench.store.find('busybox')
    expect(await refusal(bench.store.remove('busybox', nobody))).toBe('image-built-in')
    for (const name of ['busybox:latest', 'docker.io/library/busybox:latest'])
      expect(await refusal(importOne('mine', name))).toBe('image-name-of-built-in')
    expect(bench.store.find('busybox')).toMatchObject({ digest, builtIn: true })
    expect(bench.store.list()).toHaveLength(1)
  })

  test('stays what it was where an archive has one of its name beside others, which are taken', async () => {
    await bench.store.ensureBuiltIn(signal)
    const { digest } = bench.store.find('busybox')
    const images = await bench.importFile(
      dockerArchive(
        { layers: [smallLayer('theirs')], tags: ['busybox:latest'] },
        { layers: [smallLayer('web')], tags: ['web:1'] },
        { layers: [smallLayer('both')], tags: ['busybox:latest', 'tools:1'] },
      ),
    )
    expect(images.map(({ names }) => names)).toEqual([['web:1'], ['tools:1'], ['busybox:latest']])
    expect(images.at(-1)).toMatchObject({ digest, builtIn: true })
    expect(bench.store.list()).toHaveLength(3)
  })
})

describe('finding', () => {
  test('by name, with and without tag, by docker’s long name, by digest and by its start', async () => {
    const { digest } = await importOne('one', 'web:latest', 'web:1')
    const refs = [
      'web',
      'web:1',
      'docker.io/library/web',
      digest,
      digest.slice(7),
      digest.slice(0, 20),
      digest.slice(7, 13),
    ]
    for (const ref of refs) expect(bench.store.find(ref).digest).toBe(digest)
  })

  test('what is not there names what is there', async () => {
    expect(() => bench.store.find('web')).toThrow('There is no image web. There are no images yet.')
    const { digest } = await importOne('one', 'web:1')
    expect(() => bench.store.find('web')).toThrow('There is no image web. There are: web:1.')
    expect(() => bench.store.find(digest.slice(7, 12))).toThrow('There is no image')
  })

  test('images are listed by name, those without one last', async () => {
    await importOne('one', 'web:1')
    await importOne('two')
    await importOne('three', 'app:1')
    expect(bench.store.list().map(({ names }) => names)).toEqual([['app:1'], ['web:1'], []])
  })
})

test('a name that moves to another image is reported with both', async () => {
  const one = await importOne('one', 'web:1')
  const two = await importOne('two', 'web:1')
  expect(bench.moved).toEqual([{ name: 'web:1', from: one.digest, to: two.digest }])
})

describe('removing', () => {
  test('a name leaves the image while it has another, and removes it with its last', async () => {
    const { digest } = await importOne('one', 'web:1', 'web:2')
    expect(await bench.store.remove('web:1', nobody)).toEqual({ digest, deleted: false, freedBytes: 0 })
    expect(bench.store.find(digest).names).toEqual(['web:2'])
    expect(await bench.store.remove('web:2', nobody)).toMatchObject({ digest, deleted: true })
    expect(bench.removed).toEqual([digest])
    expect(await bench.leftovers()).toEqual([])
    expect(bench.records.list()).toEqual([])
  })

  test('by digest the image goes with all its names', async () => {
    const { digest } = await importOne('one', 'web:1', 'web:2')
    expect(await bench.store.remove(digest.slice(7, 19), nobody)).toMatchObject({ digest, deleted: true })
  })

  test('an image that is used is kept, and the sentence says by whom', async () => {
    const { digest } = await importOne('one', 'web:1')
    const removing = bench.store.remove('web', () => [])
    expect(await refusal(removing)).toBe('image-not-found')
    expect(await refusal(bench.store.remove('web:1', (used) => (used === digest ? ['box'] : [])))).toBe('image-in-use')
    expect(bench.store.find('web:1').digest).toBe(digest)
  })
})

describe('after a crash', () => {
  test('what lies in staging and files without a record are removed, and reported', async () => {
    const { digest } = await importOne('one', 'web:1')
    await mkdir(join(bench.folder, 'staging/abc/rootfs/etc'), { recursive: true })
    await writeFile(join(bench.folder, 'staging/abc/rootfs/etc/passwd'), 'x')
    await writeFile(join(bench.folder, `${'0'.repeat(64)}.erofs`), 'x')
    const next = bench.open()
    expect(await next.reconcile()).toHaveLength(2)
    expect(await bench.leftovers()).toEqual([basename(bench.fileOf(digest))])
    expect(next.find('web:1').digest).toBe(digest)
    expect(await next.reconcile()).toEqual([])
  })

  test('a record whose file is gone is forgotten, and the archive can be imported again', async () => {
    const { digest } = await importOne('one', 'web:1')
    await rm(bench.fileOf(digest))
    const next = bench.open()
    expect(await next.reconcile()).toMatchObject([{ message: 'Forgot the image web:1: its file is missing.' }])
    expect(next.list()).toEqual([])
    expect(bench.records.list()).toEqual([])
    expect(bench.removed).toEqual([digest])
  })

  test('records are read again as they were', async () => {
    const image = await importOne('one', 'web:1')
    expect(bench.open().list()).toEqual([image])
    expect(bench.open().accounts(image.digest).passwd).toContain('root:x:0:0')
  })

  test('a failure to write the record leaves a file that the next start removes', async () => {
    const store = bench.open({
      records: {
        ...bench.records,
        put: () => {
          throw new Error('disk full')
        },
      },
    })
    const path = await bench.write('archive', dockerArchive({ layers: [smallLayer()] }))
    await expect(store.import({ path, signal, onProgress: () => {} })).rejects.toThrow('disk full')
    expect(store.list()).toEqual([])
    await bench.open().reconcile()
    expect(await bench.leftovers()).toEqual([])
  })
})

test('this host has what images need, and says so in one finding', async () => {
  expect(await probeImageTools(run, signal)).toMatchObject([{ id: 'images', level: 'ok', remedy: null }])
})

test('no path of this machine is in what an image shows', async () => {
  const { digest } = await importOne('one', 'web:1')
  const content = await readFile(bench.fileOf(digest))
  expect(content.includes(bench.folder)).toBe(false)
  expect(await readdir(join(bench.folder, 'staging'))).toEqual([])
})

async function refusal(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => null,
    (error: { wire?: { reason: string } }) => error.wire?.reason,
  )
}
