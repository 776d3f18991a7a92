import { open } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { run } from '../base/process/run.ts'
import { droppedBy, fetchFrom, idOf, inside, provideNetwork, signal } from '../testing/network/network-fixture.ts'
import type { Lease } from './network.ts'

const fixture = provideNetwork()

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
      fixture.network.join(one, 'shared'),
      fixture.network.join(other, 'shared'),
      fixture.network.join(elsewhere, 'another'),
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
      fixture.network.join(one, 'shared'),
      fixture.network.join(other, 'shared'),
      fixture.serve(other, 8080, 'other'),
    ])
    expect(await fetchFrom(one, other.address, 8080)).toBe('other\n')
    await fixture.network.join(other, 'another')
    expect(await fetchFrom(one, other.address, 8080)).toBe('')
    await fixture.network.join(one, 'another')
    expect(await fetchFrom(one, other.address, 8080)).toBe('other\n')
    await fixture.network.join(one, null)
    expect(await fetchFrom(one, other.address, 8080)).toBe('')
    expect(await pinged(other, one)).toBe(false)
  })

  test('carries no forged addresses', async () => {
    const [one, other, third] = [await fixture.take(), await fixture.take(), await fixture.take()]
    await Promise.all([one, other, third].map((lease) => fixture.network.join(lease, 'shared')))
    await fixture.serve(other, 8080, 'other')
    await inside(one, 'ip', 'addr', 'add', `${third.address}/22`, 'dev', 'eth0')
    const before = await droppedBy(`bridge joey_${fixture.tag}`, 'guard')
    expect(await fetchFrom(one, other.address, 8080, `,bind=${third.address}`)).toBe('')
    expect(await droppedBy(`bridge joey_${fixture.tag}`, 'guard')).toBeGreaterThan(before)
    expect(await fetchFrom(third, other.address, 8080)).toBe('other\n')
  })

  test('is forgotten with the lease: who gets the place next is on none', async () => {
    const [one, other] = [await fixture.take(), await fixture.network.take(signal)]
    await Promise.all([fixture.network.join(one, 'shared'), fixture.network.join(other, 'shared')])
    await fixture.network.release(other)
    const { stdout } = await run('nft', ['list', 'table', 'bridge', `joey_${fixture.tag}`])
    expect(stdout).toContain(`"${one.interface}" : 0x6a790001`)
    expect(stdout).not.toContain(`"${other.interface}"`)
  })

  test('stands again after a crash and after somebody flushed the rules', async () => {
    const [one, other, alone] = [await fixture.take(), await fixture.take(), await fixture.take()]
    await Promise.all([
      fixture.network.join(one, 'shared'),
      fixture.network.join(other, 'shared'),
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
      { ...one, networkName: 'shared' },
      { ...other, networkName: 'shared' },
      { ...alone, networkName: null },
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

/** A lease whose namespace is reached by a descriptor, whatever becomes of the file that it is mounted on. */
async function holdOpen(lease: Lease): Promise<Lease> {
  const handle = await open(lease.netnsPath)
  fixture.disposers.push(() => handle.close())
  return { ...lease, netnsPath: `/proc/${process.pid}/fd/${handle.fd}` }
}
