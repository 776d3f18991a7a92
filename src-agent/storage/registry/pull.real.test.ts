import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ociEntries, ociEntriesOfPlatforms, smallLayer } from '../../testing/images/image-builder.ts'
import { readErofs } from '../../testing/images/store-bench.ts'
import { sha256 } from '../../testing/images/tar-builder.ts'
import { openPullBench, type PullBench } from '../../testing/registry/pull-bench.ts'
import { openRegistry, type TestRegistry } from '../../testing/registry/registry-fixture.ts'
import { hostArchitecture } from '../images/plan-images.ts'

let registry: TestRegistry
let bench: PullBench
beforeAll(async () => {
  registry = await openRegistry()
})
afterAll(() => registry.close())
beforeEach(async () => {
  bench = await openPullBench()
})
afterEach(() => bench.close())

const textIn = async (digest: string) => (await readErofs(bench.store.parts(digest)[0]!.path)).get('etc/text')?.content
const here = () => `linux/${hostArchitecture}`

describe('what is pulled', () => {
  test('an image of the OCI kind, under the name that it was asked for by, with the bytes of the registry', async () => {
    await registry.push('team/app:1', ociEntries([{ layers: [smallLayer('one'), smallLayer('two')] }]))
    const pulled = await bench.pull(`${registry.host}/team/app:1`)
    expect(pulled).toMatchObject({ name: `${registry.host}/team/app:1`, fetchedLayers: 2, totalLayers: 2 })
    expect(pulled.image.names).toEqual([`${registry.host}/team/app:1`])
    expect(await textIn(pulled.image.digest)).toBe(sha256('two'))
    expect(bench.store.find(`${registry.host}/team/app:1`).digest).toBe(pulled.image.digest)
    const kept = await readFile(join(bench.bench.folder, 'blobs/sha256', pulled.manifest.slice(7)))
    expect(`sha256:${sha256(kept)}`).toBe(pulled.manifest)
  })

  test('an image of the kind of docker, with its own manifest and configuration kept', async () => {
    await registry.push('team/docker:1', ociEntries([{ layers: [smallLayer('docker')] }]), '--format', 'v2s2')
    const pulled = await bench.pull(`${registry.host}/team/docker:1`)
    expect(await textIn(pulled.image.digest)).toBe(sha256('docker'))
    const kept = await readFile(join(bench.bench.folder, 'blobs/sha256', pulled.manifest.slice(7)), 'utf8')
    expect(kept).toContain('application/vnd.docker.distribution.manifest.v2+json')
  })

  test('layers that are compressed with zstd, and not at all', async () => {
    await registry.push('team/zstd:1', ociEntries([{ layers: [smallLayer('zstd')], zstd: true }]))
    const { image } = await bench.pull(`${registry.host}/team/zstd:1`)
    expect(await textIn(image.digest)).toBe(sha256('zstd'))
  })

  test('of an image for several platforms the one for this machine', async () => {
    const images = [
      { layers: [smallLayer('other')], platform: 'linux/s390x', outer: { architecture: 's390x' } },
      { layers: [smallLayer('mine')], platform: here() },
    ]
    await registry.push('team/many:1', ociEntriesOfPlatforms(images))
    const { image } = await bench.pull(`${registry.host}/team/many:1`)
    expect(await textIn(image.digest)).toBe(sha256('mine'))
  })

  test('by digest, and it is found by it afterwards', async () => {
    await registry.push('team/pinned:1', ociEntries([{ layers: [smallLayer('pinned')] }]))
    const { manifest } = await bench.pull(`${registry.host}/team/pinned:1`)
    const again = await bench.pull(`${registry.host}/team/pinned@${manifest}`)
    expect(again).toMatchObject({ name: `${registry.host}/team/pinned@${manifest}`, fetchedLayers: 0, fetchedBytes: 0 })
    expect(bench.store.find(`${registry.host}/team/pinned@${manifest}`).names).toHaveLength(2)
  })

  test('a short name from the registry that is set for them, and it is found by the short name', async () => {
    await registry.push('tools:latest', ociEntries([{ layers: [smallLayer('tools')] }]))
    bench.set({ searchRegistry: registry.host })
    const { image, name } = await bench.pull('tools')
    expect(name).toBe(`${registry.host}/tools:latest`)
    expect(bench.store.find('tools').digest).toBe(image.digest)
  })
})

describe('what is not fetched again', () => {
  test('an image that is here, whose name has moved to it', async () => {
    await registry.push('same/app:1', ociEntries([{ layers: [smallLayer('same')] }]))
    await registry.push('same/app:2', ociEntries([{ layers: [smallLayer('same')] }]))
    const first = await bench.pull(`${registry.host}/same/app:1`)
    const second = await bench.pull(`${registry.host}/same/app:2`)
    expect(second).toMatchObject({ fetchedLayers: 0, image: { digest: first.image.digest } })
    expect(second.image.names).toEqual([`${registry.host}/same/app:1`, `${registry.host}/same/app:2`])
  })

  test('a layer that another image has brought', async () => {
    await registry.push('base/app:1', ociEntries([{ layers: [smallLayer('base')] }]))
    await registry.push('base/app:2', ociEntries([{ layers: [smallLayer('base'), smallLayer('more')] }]))
    await bench.pull(`${registry.host}/base/app:1`)
    expect(await bench.pull(`${registry.host}/base/app:2`)).toMatchObject({ fetchedLayers: 1, totalLayers: 2 })
  })

  test('what two want at once', async () => {
    await registry.push('both/app:1', ociEntries([{ layers: [smallLayer('both')] }]))
    const [one, other] = await Promise.all([1, 2].map(() => bench.pull(`${registry.host}/both/app:1`)))
    expect(one).toBe(other)
  })
})

test('what is kept of an image goes with it, but for what another has too', async () => {
  await registry.push('kept/app:1', ociEntries([{ layers: [smallLayer('shared')] }]))
  await registry.push('kept/app:2', ociEntries([{ layers: [smallLayer('shared'), smallLayer('own')] }]))
  const first = await bench.pull(`${registry.host}/kept/app:1`)
  const second = await bench.pull(`${registry.host}/kept/app:2`)
  await bench.store.remove(second.image.digest, () => [])
  await bench.pulls.sweep()
  expect((await bench.leftovers()).toSorted()).toHaveLength(1 + 1 + 3)
  await bench.store.remove(first.image.digest, () => [])
  await bench.pulls.sweep()
  expect(await bench.leftovers()).toEqual([])
})

describe('what is refused', () => {
  test.each([
    ['a name that is none', 'Not Good', 'image-reference-invalid'],
    ['the name of the built-in image', 'busybox', 'image-pull-built-in'],
  ])('%s', async (_what, ref, reason) => {
    await expect(bench.pull(ref)).rejects.toMatchObject({ wire: { reason } })
  })

  test('an image for other machines only, with those that it is for', async () => {
    const images = ['s390x', 'riscv64'].map((architecture) => ({
      layers: [smallLayer(architecture)],
      platform: `linux/${architecture}`,
      outer: { architecture },
    }))
    await registry.push('team/foreign:1', ociEntriesOfPlatforms(images))
    await expect(bench.pull(`${registry.host}/team/foreign:1`)).rejects.toMatchObject({
      wire: { reason: 'image-no-platform', params: { platforms: 'linux/s390x, linux/riscv64' } },
    })
  })

  test('what the registry does not have', async () => {
    await expect(bench.pull(`${registry.host}/team/nothing:1`)).rejects.toMatchObject({
      wire: { reason: 'registry-image-missing', params: { whole: `${registry.host}/team/nothing:1` } },
    })
    expect(await bench.leftovers()).toEqual([])
  })

  test('a registry that does not answer, with what is here', async () => {
    await registry.push('team/there:1', ociEntries([{ layers: [smallLayer('there')] }]))
    await bench.pull(`${registry.host}/team/there:1`)
    await expect(bench.pull('127.0.0.1:9/x')).rejects.toMatchObject({
      wire: { reason: 'registry-unreachable', message: expect.stringContaining(`${registry.host}/team/there:1`) },
    })
  })
})
