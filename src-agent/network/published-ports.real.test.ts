import { describe, expect, test } from 'vitest'
import { run } from '../base/process/run.ts'
import {
  askByUdp,
  fetchFrom,
  fetchFromHost,
  gatewayOf,
  idOf,
  inside,
  provideNetwork,
} from '../testing/network/network-fixture.ts'

const fixture = provideNetwork()

describe('published ports', () => {
  test('are reached on the host’s loopback and from nowhere else', async () => {
    const [lease, sibling] = [await fixture.take(), await fixture.take()]
    await fixture.serve(lease, 80, 'web')
    const [port] = await fixture.network.publish(idOf('a'), lease.address, [{ hostPort: 0, guestPort: 80 }])
    const hostPort = port?.hostPort ?? 0
    expect(await fetchFromHost(hostPort)).toBe('web\n')
    expect(await fetchFromHost(hostPort, fixture.outside.hostAddress)).toBe('')
    expect(await fixture.outside.fetch(fixture.outside.hostAddress, hostPort)).toBe('')
    expect(await fetchFrom(sibling, await gatewayOf(sibling), hostPort)).toBe('')
    await fixture.network.unpublish(idOf('a'))
    expect(await fetchFromHost(hostPort)).toBe('')
  })

  test('of UDP are reached in the same way, beside those of TCP with the same number', async () => {
    const [lease, sibling] = [await fixture.take(), await fixture.take()]
    await fixture.serve(lease, 53, 'tcp')
    await fixture.serveUdp(lease, 53, 'udp')
    const [tcp] = await fixture.network.publish(idOf('a'), lease.address, [{ hostPort: 0, guestPort: 53 }])
    const wish = { hostPort: tcp?.hostPort ?? 0, guestPort: 53 }
    const both = [wish, { ...wish, protocol: 'udp' as const }]
    expect(await fixture.network.publish(idOf('a'), lease.address, both)).toEqual(both)
    expect(await askByUdp(wish.hostPort)).toBe('udp\n')
    expect(await fetchFromHost(wish.hostPort)).toBe('tcp\n')
    expect(await askByUdp(wish.hostPort, { host: fixture.outside.hostAddress, withinMs: 1_000 })).toBe('')
    const asked = `UDP4:${await gatewayOf(sibling)}:${wish.hostPort}`
    expect((await inside(sibling, 'sh', '-c', `echo | socat -T 1 - ${asked}`)).stdout).toBe('')
    const again = fixture.again()
    const running = {
      id: idOf('a'),
      address: lease.address,
      interface: lease.interface,
      networks: [],
      ports: both,
    }
    await fixture.network.close({ keep: true })
    fixture.network = again
    await again.reconcile([running])
    expect(await askByUdp(wish.hostPort)).toBe('udp\n')
    await again.publish(idOf('a'), lease.address, [wish])
    expect([await askByUdp(wish.hostPort, { withinMs: 1_000 }), await fetchFromHost(wish.hostPort)]).toEqual([
      '',
      'tcp\n',
    ])
  })

  test('a port that another program or sandbox has is refused before anything changes', async () => {
    const lease = await fixture.take()
    const port = await fixture.listenOnHost('0.0.0.0')
    const [mine] = await fixture.network.publish(idOf('a'), lease.address, [{ hostPort: 0, guestPort: 80 }])
    const rules = await run('nft', ['list', 'map', 'inet', `joey_${fixture.tag}`, 'published'])
    await expect(
      fixture.network.publish(idOf('b'), lease.address, [
        { hostPort: 0, guestPort: 81 },
        { hostPort: port, guestPort: 80 },
      ]),
    ).rejects.toMatchObject({ wire: { code: 'conflict', reason: 'port-in-use', params: { port } } })
    await expect(
      fixture.network.publish(idOf('b'), lease.address, [{ hostPort: mine?.hostPort ?? 0, guestPort: 80 }]),
    ).rejects.toMatchObject({ wire: { code: 'conflict', reason: 'port-taken' } })
    expect(await run('nft', ['list', 'map', 'inet', `joey_${fixture.tag}`, 'published'])).toEqual(rules)
  })

  test('a port of another state folder is refused although its agent does not run', async () => {
    const lease = await fixture.take()
    const [port] = await fixture.network.publish(idOf('a'), lease.address, [{ hostPort: 0, guestPort: 80 }])
    await fixture.network.close({ keep: true })
    const other = fixture.another('other')
    await expect(
      other.publish(idOf('b'), '10.64.0.9', [{ hostPort: port?.hostPort ?? 0, guestPort: 80 }]),
    ).rejects.toMatchObject({ wire: { code: 'conflict', reason: 'port-taken' } })
    fixture.network = fixture.again()
    await fixture.network.reconcile([])
  })
})
