import { randomInt } from 'node:crypto'
import { open } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { run } from '../base/process/run.ts'
import {
  droppedBy,
  fetchFrom,
  fetchFromHost,
  idOf,
  inside,
  provideNetwork,
  signal,
} from '../testing/network/network-fixture.ts'
import type { Joined, Lease } from './network.ts'

const fixture = provideNetwork()
const on = (...names: readonly string[]): Joined[] =>
  names.map((name) => ({ name, isolated: false, internal: false, subnet: null, address: null }))

describe('a network of some name', () => {
  const pinged = async (from: Lease, to: Lease) =>
    (await inside(from, 'busybox', 'ping', '-c', '1', '-W', '1', to.address)).code === 0

  test('lets its members reach each other both ways, and nobody else in or out', async () => {
    const [one, other, elsewhere, alone] = [
      await fixture.take(),
      await fixture.take(),
      await fixture.take(),
      await fixture.take(),
    ]
    await Promise.all([
      fixture.network.join(one, on('shared'), one.netnsPath),
      fixture.network.join(other, on('shared'), other.netnsPath),
      fixture.network.join(elsewhere, on('another'), elsewhere.netnsPath),
      fixture.serve(one, 8080, 'one'),
      fixture.serve(other, 8080, 'other'),
      fixture.serve(alone, 8080, 'alone'),
      fixture.serve(elsewhere, 8080, 'elsewhere'),
    ])
    expect(await fetchFrom(one, other.address, 8080)).toBe('other\n')
    expect(await fetchFrom(other, one.address, 8080)).toBe('one\n')
    expect(await pinged(one, other)).toBe(true)
    for (const stranger of [elsewhere, alone]) {
      expect(await fetchFrom(one, stranger.address, 8080)).toBe('')
      expect(await fetchFrom(stranger, one.address, 8080)).toBe('')
      expect(await pinged(stranger, other)).toBe(false)
      // Not even who is there can be asked.
      expect((await inside(stranger, 'ip', 'neigh', 'show', one.address)).stdout).not.toContain('lladdr')
    }
    expect(await fetchFrom(one, fixture.outside.address, fixture.outside.port)).toContain('from')
  })

  test('is left at once, and changed for another', async () => {
    const [one, other] = [await fixture.take(), await fixture.take()]
    await Promise.all([
      fixture.network.join(one, on('shared'), one.netnsPath),
      fixture.network.join(other, on('shared'), other.netnsPath),
      fixture.serve(other, 8080, 'other'),
    ])
    expect(await fetchFrom(one, other.address, 8080)).toBe('other\n')
    await fixture.network.join(other, on('another'), other.netnsPath)
    expect(await fetchFrom(one, other.address, 8080)).toBe('')
    await fixture.network.join(one, on('another'), one.netnsPath)
    expect(await fetchFrom(one, other.address, 8080)).toBe('other\n')
    await fixture.network.join(one, [], one.netnsPath)
    expect(await fetchFrom(one, other.address, 8080)).toBe('')
    expect(await pinged(other, one)).toBe(false)
  })

  test('carries no forged addresses', async () => {
    const [one, other, third] = [await fixture.take(), await fixture.take(), await fixture.take()]
    await Promise.all([one, other, third].map((lease) => fixture.network.join(lease, on('shared'), lease.netnsPath)))
    await fixture.serve(other, 8080, 'other')
    await inside(one, 'ip', 'addr', 'add', `${third.address}/22`, 'dev', 'eth0')
    const before = await droppedBy(`bridge joey_${fixture.tag}`, 'guard')
    expect(await fetchFrom(one, other.address, 8080, `,bind=${third.address}`)).toBe('')
    expect(await droppedBy(`bridge joey_${fixture.tag}`, 'guard')).toBeGreaterThan(before)
    expect(await fetchFrom(third, other.address, 8080)).toBe('other\n')
  })

  test('is forgotten with the lease: who gets the place next is on none', async () => {
    const [one, other] = [await fixture.take(), await fixture.network.take(signal)]
    await Promise.all([
      fixture.network.join(one, on('shared'), one.netnsPath),
      fixture.network.join(other, on('shared'), other.netnsPath),
    ])
    await fixture.network.release(other)
    const { stdout } = await run('nft', ['list', 'table', 'bridge', `joey_${fixture.tag}`])
    expect(stdout).toContain(`"${one.interface}" : 0x6a790001`)
    expect(stdout).not.toContain(`"${other.interface}"`)
  })

  test('stands again after a crash and after somebody flushed the rules', async () => {
    const [one, other, alone] = [await fixture.take(), await fixture.take(), await fixture.take()]
    await Promise.all([
      fixture.network.join(one, on('shared'), one.netnsPath),
      fixture.network.join(other, on('shared'), other.netnsPath),
      fixture.serve(other, 8080, 'other'),
    ])
    await fixture.network.close({ keep: true })
    for (const lease of [one, other, alone])
      fixture.disposers.push(await fixture.outside.keepNamespace(lease.netnsPath))
    await run('nft', ['delete', 'table', 'bridge', `joey_${fixture.tag}`])
    await run('ip', ['link', 'del', `jy${fixture.tag}`])
    fixture.network = fixture.again({ poolSize: 0 })
    // Reconciling takes away the files by which this test looks inside.
    const held = await Promise.all([one, other, alone].map(holdOpen))
    const records = [
      { ...one, networks: on('shared') },
      { ...other, networks: on('shared') },
      { ...alone, networks: [] },
    ]
    await fixture.network.reconcile(records.map((lease, index) => ({ id: idOf(`${index}`), ...lease, ports: [] })))
    const [oneHeld, , aloneHeld] = held
    expect(await fetchFrom(oneHeld!, other.address, 8080)).toBe('other\n')
    expect(await fetchFrom(aloneHeld!, other.address, 8080)).toBe('')
    await run('nft', ['delete', 'table', 'bridge', `joey_${fixture.tag}`])
    expect(await fixture.network.repair()).toBe(true)
    expect(await fetchFrom(oneHeld!, other.address, 8080)).toBe('other\n')
    expect(await fetchFrom(aloneHeld!, other.address, 8080)).toBe('')
  })
})

describe('a network that was made', () => {
  /** Of this run: others on this machine have theirs. */
  const chosen = `10.${randomInt(130, 254)}.${randomInt(0, 250)}`
  const back: Joined = { name: 'back', isolated: false, internal: false, subnet: `${chosen}.0/24`, address: null }
  const addressesIn = async (lease: Lease) => (await inside(lease, 'ip', '-brief', 'addr', 'show', 'eth0')).stdout

  test('gives addresses of its subnet, by which its members reach each other and the outside', async () => {
    const [one, other, alone] = [await fixture.take(), await fixture.take(), await fixture.take()]
    expect(await fixture.network.checkSubnet(`${chosen}.9/24`)).toBe(`${chosen}.0/24`)
    await fixture.network.addSubnet(`${chosen}.0/24`)
    const first = await fixture.network.join(one, [back, ...on('front')], one.netnsPath)
    expect(first.map(({ address }) => address)).toEqual([`${chosen}.2`, null])
    expect(await fixture.network.join(other, [{ ...back, address: `${chosen}.9` }], other.netnsPath)).toMatchObject([
      { address: `${chosen}.9` },
    ])
    await expect(
      fixture.network.join(alone, [{ ...back, address: `${chosen}.9` }], alone.netnsPath),
    ).rejects.toMatchObject({ wire: { reason: 'address-taken' } })
    await fixture.serve(other, 8080, 'other')
    expect(await fetchFrom(one, `${chosen}.9`, 8080)).toBe('other\n')
    expect(await fetchFrom(alone, `${chosen}.9`, 8080)).toBe('')
    const { outside } = fixture
    expect(await fetchFrom(one, outside.address, outside.port, `,bind=${chosen}.2`)).toContain('from')
    await fixture.network.join(other, on('back'), other.netnsPath)
    expect(await addressesIn(other)).not.toContain(chosen)
    expect(await fetchFrom(one, other.address, 8080)).toBe('other\n')
    await expect(fixture.network.checkSubnet(`${chosen}.128/25`)).rejects.toMatchObject({
      wire: { reason: 'subnet-taken' },
    })
    await fixture.network.dropSubnet(`${chosen}.0/24`)
    expect(await fixture.network.checkSubnet(`${chosen}.128/25`)).toBe(`${chosen}.128/25`)
  })

  test('without a way out is left by nobody, not on what was open before either', async () => {
    const [one, other] = [await fixture.take(), await fixture.take()]
    const closed: Joined = { ...back, name: 'inner', subnet: null, internal: true }
    await Promise.all([one, other].map((lease) => fixture.network.join(lease, [closed], lease.netnsPath)))
    await fixture.serve(other, 8080, 'other')
    const { outside } = fixture
    expect(await fetchFrom(one, other.address, 8080)).toBe('other\n')
    expect(await fetchFrom(one, outside.address, outside.port)).toBe('')
    // Its published ports lead in all the same: it is the one that opens nothing.
    const [port] = await fixture.network.publish(idOf('a'), other.address, [{ hostPort: 0, guestPort: 8080 }])
    expect(await fetchFromHost(port?.hostPort ?? 0)).toBe('other\n')
    await fixture.network.join(one, [closed, ...on('open')], one.netnsPath)
    expect(await fetchFrom(one, outside.address, outside.port)).toContain('from')
  })

  test('of which each is by itself leads to nobody', async () => {
    const [one, other] = [await fixture.take(), await fixture.take()]
    const apart: Joined = { ...back, name: 'apart', subnet: null, isolated: true }
    await Promise.all([one, other].map((lease) => fixture.network.join(lease, [apart], lease.netnsPath)))
    await fixture.serve(other, 8080, 'other')
    expect(await fetchFrom(one, other.address, 8080)).toBe('')
    expect(await fetchFrom(one, fixture.outside.address, fixture.outside.port)).toContain('from')
  })

  test('stands again with its subnet after a crash', async () => {
    const one = await fixture.take()
    await fixture.network.addSubnet(`${chosen}.0/24`)
    const joined = await fixture.network.join(one, [back], one.netnsPath)
    await fixture.network.close({ keep: true })
    fixture.disposers.push(await fixture.outside.keepNamespace(one.netnsPath))
    await run('ip', ['link', 'del', `jy${fixture.tag}`])
    fixture.network = fixture.again({ poolSize: 0, subnets: () => [`${chosen}.0/24`] })
    const held = await holdOpen(one)
    await fixture.network.reconcile([{ ...one, id: idOf('1'), networks: joined, ports: [] }])
    const { outside } = fixture
    expect(await fetchFrom(held, outside.address, outside.port, `,bind=${chosen}.2`)).toContain('from')
    const other = await fixture.take()
    expect(await fixture.network.join(other, [back], other.netnsPath)).toMatchObject([{ address: `${chosen}.3` }])
  })
})

/** A lease whose namespace is reached by a descriptor, whatever becomes of the file that it is mounted on. */
async function holdOpen(lease: Lease): Promise<Lease> {
  const handle = await open(lease.netnsPath)
  fixture.disposers.push(() => handle.close())
  return { ...lease, netnsPath: `/proc/${process.pid}/fd/${handle.fd}` }
}
