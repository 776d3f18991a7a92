import { randomInt } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { SandboxSpec } from '#contract/sandbox'
import { createTestAgent, type TestAgent } from './testing/test-agent.ts'

const classes = ['container', 'gvisor', 'microvm'] as const
/** Of this run: others on this machine have theirs. */
const chosen = `10.${randomInt(130, 254)}.${randomInt(0, 250)}`
type Class = (typeof classes)[number]
let agent: TestAgent

beforeAll(async () => {
  agent = createTestAgent()
  await agent.start()
})
afterAll(() => agent.dispose(), 120_000)
/** What a test that failed has left fails no other. */
afterEach(async () => {
  const left = await agent.client.listSandboxes({ all: true })
  await removeAll(...left.map(({ id }) => id))
  await agent.client.pruneNetworks({})
})

const create = (name: string, own: Class, spec: Partial<SandboxSpec>) =>
  agent.client.createSandbox({ name, spec: { image: 'busybox', class: own, command: ['sleep', '100000'], ...spec } })
const serving = { command: ['sh', '-c', 'mkdir /www; hostname > /www/word; exec httpd -f -p 8080 -h /www'] }
const shell = async (ref: string, script: string) =>
  (await agent.exec(ref, { argv: ['sh', '-c', script] })).stdout.toString('utf8').trim()
/** By hand: the static wget of Debian's busybox crashes. */
const fetchFrom = (from: string, to: string) =>
  shell(from, `printf 'GET /word HTTP/1.0\\r\\n\\r\\n' | nc -w 2 ${to} 8080 | tail -n 1`)
const pings = async (from: string, to: string) =>
  (await agent.exec(from, { argv: ['ping', '-c', '1', '-W', '1', to] })).end.code === 0
const removeAll = (...refs: string[]) =>
  Promise.all(refs.map((ref) => agent.client.removeSandbox({ ref, force: true, volumes: false })))
const reasonOf = (reason: string) => ({ wire: { reason } })

describe.each(classes)('in class %s', (own) => {
  const name = (word: string) => `${word}-${own}`

  test('a sandbox is on several networks, with an address of its own in each that has a subnet', {
    timeout: 300_000,
  }, async () => {
    const [front, back] = [name('front'), name('back')]
    await agent.client.createNetwork({ name: back, subnet: `${chosen}.0/24` })
    const web = await create(name('web'), own, {
      ...serving,
      ...{ networkName: front, moreNetworks: [back], networkAliases: ['www'] },
      fixedAddresses: [`${chosen}.77`],
    })
    expect(web.addresses).toEqual([{ network: back, address: `${chosen}.77` }])
    await create(name('client'), 'container', { networkName: front })
    const inBack = await create(name('worker'), 'container', { networkName: back })
    for (const from of [name('client'), name('worker')]) {
      await expect.poll(() => fetchFrom(from, name('web'))).toBe(name('web'))
      expect(await fetchFrom(from, 'www')).toBe(name('web'))
    }
    expect(await shell(name('worker'), 'grep www /etc/hosts')).toContain(web.addresses[0]?.address)
    expect(await pings(name('web'), inBack.addresses[0]?.address ?? '')).toBe(true)
    expect(await pings(name('client'), inBack.address ?? '')).toBe(false)
    await expect(agent.client.removeNetwork({ name: back })).rejects.toMatchObject({
      wire: { reason: 'network-in-use', params: { count: 2 } },
    })
    await removeAll(name('web'), name('client'), name('worker'))
    await agent.client.removeNetwork({ name: back })
  })

  test('it is connected and disconnected while it runs, and keeps what it has over a death of the agent', {
    timeout: 300_000,
  }, async () => {
    const [first, second] = [name('first'), name('second')]
    await create(name('box'), own, { networkName: first })
    await create(name('peer'), 'container', { ...serving, networkName: second })
    expect(await pings(name('box'), name('peer'))).toBe(false)
    await agent.client.connectNetwork({ name: second, ref: name('box'), aliases: ['late'] })
    await expect.poll(() => fetchFrom(name('box'), name('peer'))).toBe(name('peer'))
    expect(await pings(name('peer'), 'late')).toBe(true)
    await agent.murder()
    await agent.start()
    expect(await fetchFrom(name('box'), name('peer'))).toBe(name('peer'))
    const { spec } = await agent.client.disconnectNetwork({ name: second, ref: name('box') })
    expect([spec.networkName, spec.moreNetworks]).toEqual([first, []])
    expect(await pings(name('box'), name('peer'))).toBe(false)
    await expect(agent.client.disconnectNetwork({ name: second, ref: name('box') })).rejects.toMatchObject(
      reasonOf('not-on-network'),
    )
    await removeAll(name('box'), name('peer'))
  })
})

test('an address in the subnet comes and goes while a container runs', async () => {
  await agent.client.createNetwork({ name: 'live', subnet: `${chosen}.0/24` })
  await create('live-box', 'container', {})
  const { addresses } = await agent.client.connectNetwork({ name: 'live', ref: 'live-box', address: `${chosen}.9` })
  expect(addresses).toEqual([{ network: 'live', address: `${chosen}.9` }])
  expect(await shell('live-box', 'ip addr show eth0')).toContain(`${chosen}.9/24`)
  await agent.client.disconnectNetwork({ name: 'live', ref: 'live-box' })
  expect(await shell('live-box', 'ip addr show eth0')).not.toContain(`${chosen}.9`)
  await removeAll('live-box')
  await agent.client.removeNetwork({ name: 'live' })
})

test('networks outlive the agent, and what is refused leaves none', async () => {
  await agent.client.createNetwork({ name: 'kept', subnet: `${chosen}.0/24`, internal: true })
  await expect(agent.client.createNetwork({ name: 'over', subnet: `${chosen}.128/25` })).rejects.toMatchObject(
    reasonOf('subnet-taken'),
  )
  await expect(create('nowhere', 'container', { fixedAddresses: [`${chosen}.5`] })).rejects.toMatchObject(
    reasonOf('address-outside'),
  )
  await agent.murder()
  await agent.start()
  expect(await agent.client.listNetworks({})).toMatchObject([{ name: 'kept', internal: true, users: [] }])
  expect(await agent.client.pruneNetworks({})).toEqual({ removed: ['kept'] })
  expect([await agent.client.listNetworks({}), await agent.client.listSandboxes({ all: true })]).toEqual([[], []])
})
