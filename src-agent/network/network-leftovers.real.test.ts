import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { run } from '../base/process/run.ts'
import { fetchFrom, fetchFromHost, idOf, provideNetwork, signal } from '../testing/network/network-fixture.ts'

const fixture = provideNetwork()

describe('several state folders', () => {
  test('do not disturb or reach each other', async () => {
    const other = fixture.another('other')
    const [mine, theirs] = [await fixture.take(), await other.take(signal)]
    fixture.disposers.push(() => other.release(theirs))
    await fixture.serve(theirs, 8080, 'theirs')
    expect(await fetchFrom(mine, theirs.address, 8080)).toBe('')
    await other.close({ keep: false })
    expect(await fetchFrom(mine, fixture.outside.address, fixture.outside.port)).toContain('from')
  })
})

describe('leftovers', () => {
  test('after a close without sandboxes nothing is left', async () => {
    const lease = await fixture.network.take(signal)
    await fixture.network.publish(idOf('a'), lease.address, [{ hostPort: 0, guestPort: 80 }])
    await fixture.network.unpublish(idOf('a'))
    await fixture.network.release(lease)
    await fixture.network.release(lease)
    await fixture.network.close({ keep: false })
    expect(await traces()).toEqual([])
  })

  test('after a crash the next agent keeps what runs, removes the rest and restores the rules', async () => {
    const [kept, lost] = [await fixture.take(), await fixture.take()]
    await fixture.serve(kept, 80, 'web')
    const ports = await fixture.network.publish(idOf('a'), kept.address, [{ hostPort: 0, guestPort: 80 }])
    await fixture.network.publish(idOf('b'), lost.address, [{ hostPort: 0, guestPort: 80 }])
    // The agent's listeners die with it; its private mounts do too, while those of the sandbox live on.
    await fixture.network.close({ keep: true })
    await run('nft', ['delete', 'table', 'inet', `joey_${fixture.tag}`])
    fixture.network = fixture.again()
    const keeper = await fixture.outside.keepNamespace(kept.netnsPath)
    fixture.disposers.push(keeper)

    const sentences = await fixture.network.reconcile([{ id: idOf('a'), ...kept, networks: [], ports }])

    expect(sentences).toMatchObject([
      { reason: 'found-interfaces', params: { count: 1 } },
      { reason: 'found-network-part-gone', params: { part: 'filter' } },
    ])
    expect(await fetchFromHost(ports[0]?.hostPort ?? 0)).toBe('web\n')
    expect([kept, lost].map(({ netnsPath }) => existsSync(netnsPath))).toEqual([true, false])
    const next = await fixture.take()
    expect(next.address).not.toBe(kept.address)
    expect(await fetchFrom(next, fixture.outside.address, fixture.outside.port)).toContain('from')
    expect(await fetchFrom(next, kept.address, 80)).toBe('')
    await expect(
      fixture.network.publish(idOf('c'), next.address, [{ hostPort: ports[0]?.hostPort ?? 0, guestPort: 80 }]),
    ).rejects.toMatchObject({ wire: { reason: 'port-taken' } })
  })

  test('a flushed packet filter is restored', async () => {
    // Without a pool: a network that is made ready in the background would find the filter gone first, and restore it.
    await fixture.network.close({ keep: false })
    fixture.network = fixture.again({ poolSize: 0 })
    const lease = await fixture.take()
    expect(await fixture.network.repair()).toBe(false)
    await run('nft', ['delete', 'table', 'inet', `joey_${fixture.tag}`])
    await run('nft', ['delete', 'table', 'bridge', `joey_${fixture.tag}`])
    expect(await fixture.network.repair()).toBe(true)
    expect(await fetchFrom(lease, fixture.outside.address, fixture.outside.port)).toContain('from')
  })

  test('a bridge that somebody deleted comes back with the next network', async () => {
    await fixture.take()
    await run('ip', ['link', 'del', `jy${fixture.tag}`])
    const leases = [await fixture.take(), await fixture.take(), await fixture.take()]
    expect(await fetchFrom(leases[2]!, fixture.outside.address, fixture.outside.port)).toContain('from')
  })
})

/** Interfaces, tables and mounts with the tag. */
async function traces(): Promise<string[]> {
  const [links, tables, mounts] = await Promise.all([
    run('ip', ['-brief', 'link']),
    run('nft', ['list', 'tables']),
    readFile('/proc/self/mountinfo', 'utf8'),
  ])
  return `${links.stdout}${tables.stdout}`
    .split('\n')
    .filter((line) => line.includes(`jy${fixture.tag}`) || line.includes(`joey_${fixture.tag}`))
    .concat(mounts.split('\n').filter((line) => line.includes(`${fixture.folder}/netns`)))
}
