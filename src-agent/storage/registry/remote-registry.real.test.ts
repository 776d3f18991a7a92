import { afterEach, beforeEach, expect, test } from 'vitest'
import { ociEntries, smallLayer } from '../../testing/images/image-builder.ts'
import { openPullBench, type PullBench } from '../../testing/registry/pull-bench.ts'
import { openRegistry, type TestRegistry } from '../../testing/registry/registry-fixture.ts'
import { openTestProxy, type TestProxy } from '../../testing/registry/test-proxy.ts'

let bench: PullBench
let registry: TestRegistry
let proxy: TestProxy
const ann = { username: 'ann', password: 'secret' }
const entries = ociEntries([{ layers: [smallLayer('remote')] }])

/** A registry that is on another machine, as far as a pull can see. */
async function open(options: Parameters<typeof openRegistry>[0]): Promise<void> {
  registry = await openRegistry(options)
  proxy = await openTestProxy(registry.port)
  await registry.push('team/app:1', entries)
  bench.set({ registryProxy: proxy.address })
}

beforeEach(async () => {
  bench = await openPullBench()
})
afterEach(async () => {
  await registry.close()
  await proxy.close()
  await bench.close()
})

test('a registry elsewhere is spoken to encrypted, through the proxy that is set, with a certificate that is checked', async () => {
  await open({ tls: true, password: ann })
  await expect(bench.pull('reg.example/team/app:1')).rejects.toMatchObject({ wire: { reason: 'registry-certificate' } })
  bench.set({ registryCertificates: registry.authority })
  const pulled = await bench.pull('reg.example/team/app:1', { credential: ann })
  expect(pulled).toMatchObject({ name: 'reg.example/team/app:1', fetchedLayers: 1 })
  expect(new Set(proxy.asked)).toEqual(new Set(['reg.example:443']))
})

test('one that does not encrypt is refused, and spoken to where that was chosen', async () => {
  await open({})
  await expect(bench.pull('plain.example:5000/team/app:1')).rejects.toMatchObject({
    wire: { reason: 'registry-plain' },
  })
  bench.set({ insecureRegistries: ['plain.example:5000'] })
  expect(await bench.pull('plain.example:5000/team/app:1')).toMatchObject({ fetchedLayers: 1 })
  expect(new Set(proxy.asked)).toEqual(new Set(['plain.example:5000']))
})

test('a name that nobody knows is said to be one', async () => {
  await open({})
  bench.set({ registryProxy: null })
  await expect(bench.pull('registry.invalid/x')).rejects.toMatchObject({
    wire: { reason: 'registry-unreachable', params: { registry: 'registry.invalid' } },
  })
})
