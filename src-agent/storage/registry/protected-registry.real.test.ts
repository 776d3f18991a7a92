import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ociEntries, smallLayer } from '../../testing/images/image-builder.ts'
import { openPullBench, type PullBench } from '../../testing/registry/pull-bench.ts'
import { openRegistry, type TestRegistry } from '../../testing/registry/registry-fixture.ts'

let bench: PullBench
let registry: TestRegistry
const person = { username: 'ann', password: 'secret: with "marks" and ünicode' }
beforeEach(async () => {
  bench = await openPullBench()
})
afterEach(async () => {
  await registry.close()
  await bench.close()
})

const entries = ociEntries([{ layers: [smallLayer('protected')] }])

describe('a registry with a certificate', () => {
  beforeEach(async () => {
    registry = await openRegistry({ tls: true })
    await registry.push('app:1', entries)
  })

  test('is trusted by the authority that was chosen', async () => {
    bench.set({ registryCertificates: registry.authority })
    expect(await bench.pull(`${registry.host}/app:1`)).toMatchObject({ fetchedLayers: 1 })
    expect(await bench.pull(`localhost:${registry.port}/app:1`)).toMatchObject({ fetchedLayers: 0 })
  })

  test('is not where another authority was chosen', async () => {
    const other = await openRegistry({ tls: true })
    try {
      bench.set({ registryCertificates: other.authority })
      await expect(bench.pull(`${registry.host}/app:1`)).rejects.toMatchObject({
        wire: { reason: 'registry-certificate' },
      })
    } finally {
      await other.close()
    }
  })

  test('and one without are both reached on this machine, as in Docker', async () => {
    expect(await bench.pull(`${registry.host}/app:1`)).toMatchObject({ fetchedLayers: 1 })
    const plain = await openRegistry()
    try {
      await plain.push('app:1', entries)
      bench.set({ registryCertificates: registry.authority })
      expect(await bench.pull(`${plain.host}/app:1`)).toMatchObject({ fetchedLayers: 0 })
    } finally {
      await plain.close()
    }
  })
})

describe('a registry with a password', () => {
  beforeEach(async () => {
    registry = await openRegistry({ password: person })
    await registry.push('app:1', entries)
  })

  test('gives its images to whom it belongs', async () => {
    expect(await bench.pull(`${registry.host}/app:1`, { credential: person })).toMatchObject({ fetchedLayers: 1 })
  })

  test('gives nothing to another who asks at the same time, whoever is first', async () => {
    const pull = (password: string) =>
      bench.pull(`${registry.host}/app:1`, { credential: { ...person, password } }).then(
        () => 'given',
        (error: { wire: { reason: string } }) => error.wire.reason,
      )
    const right = person.password
    expect(await Promise.all([pull('wrong'), pull(right)])).toEqual(['registry-login', 'given'])
    expect(await Promise.all([pull(right), pull('wrong')])).toEqual(['given', 'registry-login'])
  })

  test('is logged in to once, and forgets', async () => {
    const { signal } = new AbortController()
    const { handlers } = bench.pulls
    const login = (password: string) =>
      handlers.loginToRegistry({ registry: registry.host, credential: { ...person, password } }, signal)
    await expect(login('wrong')).rejects.toMatchObject({ wire: { reason: 'registry-login-refused' } })
    expect(await handlers.listLogins({}, signal)).toEqual([])
    expect(await login(person.password)).toEqual({ registry: registry.host, username: person.username })
    expect(await bench.pull(`${registry.host}/app:1`)).toMatchObject({ fetchedLayers: 1 })
    await handlers.logoutFromRegistry({ registry: registry.host }, signal)
    await expect(bench.pull(`${registry.host}/app:1`)).rejects.toMatchObject({ wire: { reason: 'registry-login' } })
    expect((await bench.leftovers()).filter((name) => /auth|login/.test(name))).toEqual([])
  })

  test.each([
    ['nobody', undefined],
    ['another password', { ...person, password: 'wrong' }],
  ])('gives nothing to %s', async (_who, credential) => {
    const pulled = bench.pull(`${registry.host}/app:1`, credential && { credential })
    const remedy = { command: `joey login ${registry.host}` }
    await expect(pulled).rejects.toMatchObject({ wire: { reason: 'registry-login', remedy } })
    expect(await bench.leftovers()).toEqual([])
  })
})
