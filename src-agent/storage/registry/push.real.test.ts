import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { dockerArchive, ociEntries, smallLayer } from '../../testing/images/image-builder.ts'
import { openPullBench, type PullBench } from '../../testing/registry/pull-bench.ts'
import { openRegistry, type TestRegistry } from '../../testing/registry/registry-fixture.ts'

let bench: PullBench
let from: TestRegistry
let to: TestRegistry
const ann = { username: 'ann', password: 'secret' }
beforeEach(async () => {
  bench = await openPullBench()
  from = await openRegistry()
  to = await openRegistry({ password: ann })
})
afterEach(async () => {
  await from.close()
  await to.close()
  await bench.close()
})

const push = (ref: string, credential = ann) =>
  bench.pulls.push({ ref, credential, allowHosts: [], signal: new AbortController().signal, onProgress: () => {} })

describe('what was pulled is pushed', () => {
  test.each([
    ['of the OCI kind', { layers: [smallLayer('oci'), smallLayer('more')] }, []],
    ['with layers of zstd', { layers: [smallLayer('zstd')], zstd: true }, []],
    ['of the kind of docker', { layers: [smallLayer('docker')] }, ['--format', 'v2s2']],
  ])('as it came, with the same digest: one %s', async (_kind, image, options) => {
    await from.push('app:1', ociEntries([image]), ...options)
    const { manifest, image: pulled } = await bench.pull(`${from.host}/app:1`)
    await bench.store.addName(pulled.digest, `${to.host}/team/app:2`)
    expect(await push(`${to.host}/team/app:2`)).toEqual({ name: `${to.host}/team/app:2`, manifest })
    const again = await bench.pull(`${to.host}/team/app:2`, { credential: ann })
    expect(again).toMatchObject({ manifest, fetchedLayers: 0 })
  })

  test('only by whom the registry lets', async () => {
    await from.push('app:1', ociEntries([{ layers: [smallLayer('oci')] }]))
    const { image } = await bench.pull(`${from.host}/app:1`)
    await bench.store.addName(image.digest, `${to.host}/app:1`)
    await expect(push(`${to.host}/app:1`, { ...ann, password: 'wrong' })).rejects.toMatchObject({
      wire: { reason: 'registry-push-refused' },
    })
  })
})

test('what came from an archive is not pushed: the bytes of a registry are not here', async () => {
  const path = await bench.bench.write('archive', dockerArchive({ layers: [smallLayer()] }))
  const { signal } = new AbortController()
  await bench.store.import({ path, name: `${to.host}/app:1`, signal, onProgress: () => {} })
  await expect(push(`${to.host}/app:1`)).rejects.toMatchObject({ wire: { reason: 'image-push-not-kept' } })
})
