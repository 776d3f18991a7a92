import { writeFile } from 'node:fs/promises'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { run } from '../base/process/run.ts'
import {
  droppedBy,
  fetchFrom,
  fetchFromHost,
  gatewayOf,
  inside,
  provideNetwork,
  signal,
} from '../testing/network/network-fixture.ts'
import { macForAddress } from './names.ts'
import type { Lease } from './network.ts'

const fixture = provideNetwork()

/** Each comes from the hardware address of a sibling. */
const drawingFrames = [
  { name: 'ARP whose sender within is its own', to: 'ffffffffffff', payload: (own: Lease) => arpOf(own) },
  { name: 'a frame to the group of bridges, which no filter sees', to: '0180c200000e', payload: () => '88cc' },
  { name: 'a neighbour’s answer in IPv6', to: '333300000001', payload: () => '86dd6000000000203aff' },
  { name: 'a tagged frame', to: 'ffffffffffff', payload: (own: Lease) => `81000000${arpOf(own)}` },
]

describe('a sandbox’s network', () => {
  test('is complete when it is handed over', async () => {
    const lease = await fixture.take()
    const { stdout } = await inside(lease, 'ip', '-brief', 'addr')
    expect(stdout).toMatch(/lo\s+UNKNOWN\s+127\.0\.0\.1\/8/)
    expect(stdout).toContain(`${lease.address}/22`)
    expect(stdout).not.toContain('fe80')
    expect((await inside(lease, 'ip', 'route')).stdout).toContain('default via')
    expect(lease.interface.length).toBeLessThan(16)
  })

  test('reaches the outside under the address of the host', async () => {
    expect(await fetchFrom(await fixture.take(), fixture.outside.address, fixture.outside.port)).toBe(
      `from ${fixture.outside.hostAddress}\n`,
    )
  })

  test('is not reached from outside', async () => {
    const lease = await fixture.take()
    await fixture.serve(lease, 8080, 'guest')
    expect(await fetchFromHost(8080, lease.address)).toBe('guest\n')
    await fixture.outside.routeVia(lease.address)
    expect(await fixture.outside.fetch(lease.address, 8080)).toBe('')
  })

  test('does not reach what listens on the host, on whichever address', async () => {
    const lease = await fixture.take()
    const gateway = await gatewayOf(lease)
    const port = await fixture.listenOnHost('0.0.0.0')
    expect(await fetchFromHost(port)).toBe('host')
    const ownAddresses = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter((address) => address.family === 'IPv4')
      .map((address) => address.address)
    expect(ownAddresses).toContain(gateway)
    for (const address of ownAddresses) expect([address, await fetchFrom(lease, address, port)]).toEqual([address, ''])
    const ping = await inside(lease, 'busybox', 'ping', '-c', '1', '-W', '1', gateway)
    expect(ping.code).toBe(1)
  })

  test('does not reach the host’s loopback by sending to it from outside of its own', async () => {
    const lease = await fixture.take()
    const port = await fixture.listenOnHost('127.0.0.1')
    await inside(lease, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/conf/eth0/route_localnet')
    await inside(lease, 'ip', 'route', 'del', 'local', '127.0.0.0/8', 'table', 'local')
    await inside(lease, 'ip', 'route', 'del', 'local', '127.0.0.1', 'table', 'local')
    await inside(lease, 'ip', 'route', 'add', '127.0.0.0/8', 'via', await gatewayOf(lease))
    expect(await fetchFrom(lease, '127.0.0.1', port, `,bind=${lease.address}`)).toBe('')
    expect(await droppedBy(`inet joey_${fixture.tag}`, 'martians')).toBeGreaterThan(0)
  })

  test('does not reach the metadata services of clouds', async () => {
    const lease = await fixture.take()
    await fixture.outside.addAddress('169.254.169.254/32')
    expect(await fetchFromHost(fixture.outside.port, '169.254.169.254')).toContain('from')
    expect(await fetchFrom(lease, '169.254.169.254', fixture.outside.port)).toBe('')
  })

  test('does not reach its siblings, not even with forged addresses', async () => {
    const [one, other] = [await fixture.take(), await fixture.take()]
    await fixture.serve(other, 8080, 'sibling')
    expect(await fetchFromHost(8080, other.address)).toBe('sibling\n')
    expect(await fetchFrom(one, other.address, 8080)).toBe('')
    // By way of the gateway, for which the sibling must not look like a neighbour.
    await inside(one, 'ip', 'route', 'add', other.address, 'via', await gatewayOf(one))
    expect(await fetchFrom(one, other.address, 8080)).toBe('')
  })

  test.each(['address', 'hardware address'])('forged packets go nowhere: a sibling’s %s', async (what) => {
    const [one, other] = [await fixture.take(), await fixture.take()]
    const before = await droppedBy(`bridge joey_${fixture.tag}`, 'guard')
    if (what === 'address') {
      await inside(one, 'ip', 'addr', 'add', `${other.address}/22`, 'dev', 'eth0')
      expect(await fetchFrom(one, fixture.outside.address, fixture.outside.port, `,bind=${other.address}`)).toBe('')
    } else {
      const mac = (await inside(other, 'cat', '/sys/class/net/eth0/address')).stdout.trim()
      const linkOf = (await inside(other, 'ip', '-json', 'link', 'show', 'eth0')).stdout
      expect(linkOf).toContain('address')
      await inside(one, 'ip', 'link', 'set', 'eth0', 'address', macIn(linkOf) ?? mac)
      expect(await fetchFrom(one, fixture.outside.address, fixture.outside.port)).toBe('')
    }
    expect(await droppedBy(`bridge joey_${fixture.tag}`, 'guard')).toBeGreaterThan(before)
    expect(await fetchFrom(other, fixture.outside.address, fixture.outside.port)).toContain('from')
  })

  test.each(drawingFrames)('draws none of its siblings’ traffic to itself: $name', async ({ to, payload }) => {
    const [one, other] = [await fixture.take(), await fixture.take()]
    await fixture.serve(other, 8080, 'sibling')
    await sendFrame(one, `${to}${hexMac(other.address)}${payload(one)}`)
    const { stdout } = await run('bridge', ['fdb', 'show', 'br', `jy${fixture.tag}`])
    const places = stdout.split('\n').filter((line) => line.startsWith(macForAddress(other.address)))
    expect(places).toEqual([expect.stringMatching(new RegExp(`dev ${other.interface} master jy${fixture.tag} static`))])
    expect(await fetchFromHost(8080, other.address)).toBe('sibling\n')
  })

  test('sees nothing of what is sent to its siblings, to nobody or to groups', async () => {
    const [one, other] = [await fixture.take(), await fixture.take()]
    await fixture.serve(other, 8080, 'sibling')
    const received = async () =>
      Number((await inside(one, 'cat', `/proc/self/net/dev`)).stdout.split('eth0:')[1]?.trim().split(/\s+/)[1])
    const before = await received()
    expect(await fetchFromHost(8080, other.address)).toBe('sibling\n')
    await sendFrame(other, `020000000001${hexMac(other.address)}${arpOf(other)}`)
    await sendFrame(other, `01005e000001${hexMac(other.address)}${arpOf(other)}`)
    expect(await received()).toBe(before)
  })
})

const hexMac = (address: string): string => macForAddress(address).replaceAll(':', '')
const hexAddress = (address: string): string =>
  address
    .split('.')
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join('')

/** Asks, with addresses that are the sandbox's own, who has an address that nobody has. */
function arpOf({ address }: Lease): string {
  return `0806${'0001080006040001'}${hexMac(address)}${hexAddress(address)}${'00'.repeat(6)}0a3f3f3f`
}

async function sendFrame(lease: Lease, hex: string): Promise<void> {
  const file = join(fixture.folder, 'frame')
  await writeFile(file, Buffer.from(hex.padEnd(120, '0'), 'hex'))
  const sent = await inside(lease, 'socat', '-u', `FILE:${file}`, 'INTERFACE:eth0')
  expect(sent).toMatchObject({ code: 0, stderr: '' })
}

const macIn = (json: string): string | undefined => (JSON.parse(json) as { address?: string }[])[0]?.address

test('opens no more connections than its share, and its siblings open theirs', async () => {
  const [most, opened] = [64, 200]
  await fixture.network.close({ keep: true })
  fixture.network = fixture.again({ connections: most })
  await fixture.network.prepare(signal)
  const [greedy, sibling] = [await fixture.take(), await fixture.take()]
  const { address, hostAddress, port } = fixture.outside
  expect(await inside(greedy, process.execPath, '-e', openFlows, address, String(opened))).toMatchObject({ code: 0 })
  expect(await droppedBy(`inet joey_${fixture.tag}`, 'opening')).toBe(opened - most)
  expect(await fetchFrom(greedy, address, port)).toBe('')
  expect(await fetchFrom(sibling, address, port)).toBe(`from ${hostAddress}\n`)
})

/** A datagram to each of so many ports: to the kernel each is a connection of its own. */
const openFlows = `
  const [address, count] = process.argv.slice(1)
  const socket = require('node:dgram').createSocket('udp4')
  let left = Number(count)
  for (let port = 20000; port < 20000 + Number(count); port += 1)
    socket.send('x', port, address, () => (left -= 1) === 0 && socket.close())`

test('a network from the pool is there at once, and a cold one soon', async () => {
  const cold = fixture.another('cold')
  await Promise.all([fixture.network.prepare(signal), cold.prepare(signal)])
  const [pooledMs, coldMs]: number[][] = [[], []]
  for (let round = 0; round < 8; round += 1) {
    // One that is handed out stays, and two more are ready.
    await expect.poll(() => membersOf(`jy${fixture.tag}`)).toBe(round + 2)
    pooledMs?.push(await timed(async () => void (await fixture.take())))
    coldMs?.push(
      await timed(async () => {
        const lease = await cold.take(signal)
        fixture.disposers.push(() => cold.release(lease))
      }),
    )
  }
  process.stdout.write(`from the pool ${median(pooledMs)} ms, cold ${median(coldMs)} ms\n`)
  expect(median(pooledMs)).toBeLessThan(median(coldMs) / 5)
})

async function membersOf(bridge: string): Promise<number> {
  const { stdout } = await run('ip', ['-brief', 'link', 'show', 'master', bridge])
  return stdout.split('\n').filter(Boolean).length
}

async function timed(work: () => Promise<void>): Promise<number> {
  const begun = performance.now()
  await work()
  return performance.now() - begun
}

const median = (values: number[] = []): number =>
  Number([...values].sort((one, other) => one - other)[values.length >> 1]?.toFixed(2))
