import { randomBytes } from 'node:crypto'
import { mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { SandboxId } from '#contract/sandbox'
import { run } from '../base/process/run.ts'
import { createOutside, type Outside } from '../testing/network/outside.ts'
import { createNetwork } from './create-network.ts'
import { macForAddress } from './names.ts'
import type { Lease, Network } from './network.ts'

const signal = AbortSignal.timeout(600_000)
const id = (digit: string): SandboxId => digit.repeat(12) as SandboxId
const quiet = { warn: () => {} }

let tag: string
let folder: string
let network: Network
let outside: Outside
let disposers: (() => Promise<unknown>)[]

beforeEach(async () => {
  tag = randomBytes(3).toString('hex')
  folder = await mkdtemp(join(tmpdir(), 'joey-network-'))
  disposers = []
  network = createNetwork({ tag, folder, run, log: quiet })
  outside = await createOutside(tag, folder)
})

afterEach(async () => {
  for (const dispose of disposers.reverse()) await dispose()
  await network.close({ keep: false })
  await outside.close()
  await sweep()
  await rm(folder, { recursive: true, force: true })
})

/** What a failed test may have left, so that it does not fail the next one. */
async function sweep(): Promise<void> {
  for (const file of await readdir(join(folder, 'netns')).catch(() => [])) {
    await run('umount', ['--lazy', join(folder, 'netns', file)], { okExitCodes: [0, 1, 32] })
  }
}

async function take(): Promise<Lease> {
  const lease = await network.take(signal)
  disposers.push(() => network.release(lease))
  return lease
}

function inside(lease: Lease, program: string, ...args: string[]) {
  return run('nsenter', [`--net=${lease.netnsPath}`, program, ...args], {
    timeoutMs: 10_000,
    okExitCodes: [0, 1, 2, 124],
  })
}

/** What a server answers to a connection from inside; empty where it is not reached. */
async function fetchFrom(lease: Lease, host: string, port: number, options = ''): Promise<string> {
  const { stdout } = await inside(lease, 'socat', '-T', '2', '-', `TCP4:${host}:${port},connect-timeout=1${options}`)
  return stdout
}

/** The same from the host. */
function fetchFromHost(port: number, host = '127.0.0.1'): Promise<string> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect({ host, port })
    socket.setTimeout(2_000, () => socket.destroy())
    socket.on('data', (data) => (answer += data))
    socket.on('error', () => {})
    socket.on('close', () => resolve(answer))
  })
}

async function serve(lease: Lease, port: number, word: string): Promise<void> {
  const stop = await outside.serveIn(lease.netnsPath, port, word)
  disposers.push(stop)
}

/** A listener of the host, and who came. */
async function listenOnHost(host: string): Promise<{ port: number; server: Server }> {
  const server = createServer((socket) => socket.on('error', () => {}).end('host'))
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  disposers.push(() => new Promise((resolve) => server.close(resolve)))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { port: address.port, server }
}

const gatewayOf = async (lease: Lease): Promise<string> =>
  /default via (\S+)/.exec((await inside(lease, 'ip', 'route')).stdout)?.[1] ?? ''

async function droppedBy(table: string, chain: string): Promise<number> {
  const { stdout } = await run('nft', ['list', 'chain', ...table.split(' '), chain])
  return [...stdout.matchAll(/packets (\d+)/g)].reduce((sum, match) => sum + Number(match[1]), 0)
}

/** Each comes from the hardware address of a sibling. */
const drawingFrames = [
  { name: 'ARP whose sender within is its own', to: 'ffffffffffff', payload: (own: Lease) => arpOf(own) },
  { name: 'a frame to the group of bridges, which no filter sees', to: '0180c200000e', payload: () => '88cc' },
  { name: 'a neighbour’s answer in IPv6', to: '333300000001', payload: () => '86dd6000000000203aff' },
  { name: 'a tagged frame', to: 'ffffffffffff', payload: (own: Lease) => `81000000${arpOf(own)}` },
]

describe('a sandbox’s network', () => {
  test('is complete when it is handed over', async () => {
    const lease = await take()
    const { stdout } = await inside(lease, 'ip', '-brief', 'addr')
    expect(stdout).toMatch(/lo\s+UNKNOWN\s+127\.0\.0\.1\/8/)
    expect(stdout).toContain(`${lease.address}/22`)
    expect(stdout).not.toContain('fe80')
    expect((await inside(lease, 'ip', 'route')).stdout).toContain('default via')
    expect(lease.interface.length).toBeLessThan(16)
  })

  test('reaches the outside under the address of the host', async () => {
    expect(await fetchFrom(await take(), outside.address, outside.port)).toBe(`from ${outside.hostAddress}\n`)
  })

  test('is not reached from outside', async () => {
    const lease = await take()
    await serve(lease, 8080, 'guest')
    expect(await fetchFromHost(8080, lease.address)).toBe('guest\n')
    await outside.routeVia(lease.address)
    expect(await outside.fetch(lease.address, 8080)).toBe('')
  })

  test('does not reach what listens on the host, on whichever address', async () => {
    const lease = await take()
    const gateway = await gatewayOf(lease)
    const { port } = await listenOnHost('0.0.0.0')
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
    const lease = await take()
    const { port } = await listenOnHost('127.0.0.1')
    await inside(lease, 'sh', '-c', 'echo 1 > /proc/sys/net/ipv4/conf/eth0/route_localnet')
    await inside(lease, 'ip', 'route', 'del', 'local', '127.0.0.0/8', 'table', 'local')
    await inside(lease, 'ip', 'route', 'del', 'local', '127.0.0.1', 'table', 'local')
    await inside(lease, 'ip', 'route', 'add', '127.0.0.0/8', 'via', await gatewayOf(lease))
    expect(await fetchFrom(lease, '127.0.0.1', port, `,bind=${lease.address}`)).toBe('')
    expect(await droppedBy(`inet joey_${tag}`, 'martians')).toBeGreaterThan(0)
  })

  test('does not reach the metadata services of clouds', async () => {
    const lease = await take()
    await outside.addAddress('169.254.169.254/32')
    expect(await fetchFromHost(outside.port, '169.254.169.254')).toContain('from')
    expect(await fetchFrom(lease, '169.254.169.254', outside.port)).toBe('')
  })

  test('does not reach its siblings, not even with forged addresses', async () => {
    const [one, other] = [await take(), await take()]
    await serve(other, 8080, 'sibling')
    expect(await fetchFromHost(8080, other.address)).toBe('sibling\n')
    expect(await fetchFrom(one, other.address, 8080)).toBe('')
    // By way of the gateway, for which the sibling must not look like a neighbour.
    await inside(one, 'ip', 'route', 'add', other.address, 'via', await gatewayOf(one))
    expect(await fetchFrom(one, other.address, 8080)).toBe('')
  })

  test.each(['address', 'hardware address'])('forged packets go nowhere: a sibling’s %s', async (what) => {
    const [one, other] = [await take(), await take()]
    const before = await droppedBy(`bridge joey_${tag}`, 'guard')
    if (what === 'address') {
      await inside(one, 'ip', 'addr', 'add', `${other.address}/22`, 'dev', 'eth0')
      expect(await fetchFrom(one, outside.address, outside.port, `,bind=${other.address}`)).toBe('')
    } else {
      const mac = (await inside(other, 'cat', '/sys/class/net/eth0/address')).stdout.trim()
      const linkOf = (await inside(other, 'ip', '-json', 'link', 'show', 'eth0')).stdout
      expect(linkOf).toContain('address')
      await inside(one, 'ip', 'link', 'set', 'eth0', 'address', macIn(linkOf) ?? mac)
      expect(await fetchFrom(one, outside.address, outside.port)).toBe('')
    }
    expect(await droppedBy(`bridge joey_${tag}`, 'guard')).toBeGreaterThan(before)
    expect(await fetchFrom(other, outside.address, outside.port)).toContain('from')
  })

  test.each(drawingFrames)('draws none of its siblings’ traffic to itself: $name', async ({ to, payload }) => {
    const [one, other] = [await take(), await take()]
    await serve(other, 8080, 'sibling')
    await sendFrame(one, `${to}${hexMac(other.address)}${payload(one)}`)
    const { stdout } = await run('bridge', ['fdb', 'show', 'br', `jy${tag}`])
    const places = stdout.split('\n').filter((line) => line.startsWith(macForAddress(other.address)))
    expect(places).toEqual([expect.stringMatching(new RegExp(`dev ${other.interface} master jy${tag} static`))])
    expect(await fetchFromHost(8080, other.address)).toBe('sibling\n')
  })

  test('sees nothing of what is sent to its siblings, to nobody or to groups', async () => {
    const [one, other] = [await take(), await take()]
    await serve(other, 8080, 'sibling')
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
  const file = join(folder, 'frame')
  await writeFile(file, Buffer.from(hex.padEnd(120, '0'), 'hex'))
  const sent = await inside(lease, 'socat', '-u', `FILE:${file}`, 'INTERFACE:eth0')
  expect(sent).toMatchObject({ code: 0, stderr: '' })
}

const macIn = (json: string): string | undefined => (JSON.parse(json) as { address?: string }[])[0]?.address

describe('a network of some name', () => {
  const pinged = async (from: Lease, to: Lease) =>
    (await inside(from, 'busybox', 'ping', '-c', '1', '-W', '1', to.address)).code === 0

  test('lets its members reach each other both ways, and nobody else in or out', async () => {
    const [one, other, elsewhere, alone] = [await take(), await take(), await take(), await take()]
    await Promise.all([
      network.join(one, 'shared'),
      network.join(other, 'shared'),
      network.join(elsewhere, 'another'),
      serve(one, 8080, 'one'),
      serve(other, 8080, 'other'),
      serve(alone, 8080, 'alone'),
      serve(elsewhere, 8080, 'elsewhere'),
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
    expect(await fetchFrom(one, outside.address, outside.port)).toContain('from')
  })

  test('is left at once, and changed for another', async () => {
    const [one, other] = [await take(), await take()]
    await Promise.all([network.join(one, 'shared'), network.join(other, 'shared'), serve(other, 8080, 'other')])
    expect(await fetchFrom(one, other.address, 8080)).toBe('other\n')
    await network.join(other, 'another')
    expect(await fetchFrom(one, other.address, 8080)).toBe('')
    await network.join(one, 'another')
    expect(await fetchFrom(one, other.address, 8080)).toBe('other\n')
    await network.join(one, null)
    expect(await fetchFrom(one, other.address, 8080)).toBe('')
    expect(await pinged(other, one)).toBe(false)
  })

  test('carries no forged addresses', async () => {
    const [one, other, third] = [await take(), await take(), await take()]
    await Promise.all([one, other, third].map((lease) => network.join(lease, 'shared')))
    await serve(other, 8080, 'other')
    await inside(one, 'ip', 'addr', 'add', `${third.address}/22`, 'dev', 'eth0')
    const before = await droppedBy(`bridge joey_${tag}`, 'guard')
    expect(await fetchFrom(one, other.address, 8080, `,bind=${third.address}`)).toBe('')
    expect(await droppedBy(`bridge joey_${tag}`, 'guard')).toBeGreaterThan(before)
    expect(await fetchFrom(third, other.address, 8080)).toBe('other\n')
  })

  test('is forgotten with the lease: who gets the place next is on none', async () => {
    const [one, other] = [await take(), await network.take(signal)]
    await Promise.all([network.join(one, 'shared'), network.join(other, 'shared')])
    await network.release(other)
    const { stdout } = await run('nft', ['list', 'table', 'bridge', `joey_${tag}`])
    expect(stdout).toContain(`"${one.interface}" : 0x6a790001`)
    expect(stdout).not.toContain(`"${other.interface}"`)
  })

  test('stands again after a crash and after somebody flushed the rules', async () => {
    const [one, other, alone] = [await take(), await take(), await take()]
    await Promise.all([network.join(one, 'shared'), network.join(other, 'shared'), serve(other, 8080, 'other')])
    await network.close({ keep: true })
    for (const lease of [one, other, alone]) disposers.push(await outside.keepNamespace(lease.netnsPath))
    await run('nft', ['delete', 'table', 'bridge', `joey_${tag}`])
    await run('ip', ['link', 'del', `jy${tag}`])
    network = createNetwork({ tag, folder, run, log: quiet, poolSize: 0 })
    // Reconciling takes away the files by which this test looks inside.
    const held = await Promise.all([one, other, alone].map(holdOpen))
    const records = [
      { ...one, networkName: 'shared' },
      { ...other, networkName: 'shared' },
      { ...alone, networkName: null },
    ]
    await network.reconcile(records.map((lease, index) => ({ id: id(`${index}`), ...lease, ports: [] })))
    const [oneHeld, , aloneHeld] = held
    expect(await fetchFrom(oneHeld!, other.address, 8080)).toBe('other\n')
    expect(await fetchFrom(aloneHeld!, other.address, 8080)).toBe('')
    await run('nft', ['delete', 'table', 'bridge', `joey_${tag}`])
    expect(await network.repair()).toBe(true)
    expect(await fetchFrom(oneHeld!, other.address, 8080)).toBe('other\n')
    expect(await fetchFrom(aloneHeld!, other.address, 8080)).toBe('')
  })
})

/** A lease whose namespace is reached by a descriptor, whatever becomes of the file that it is mounted on. */
async function holdOpen(lease: Lease): Promise<Lease> {
  const handle = await open(lease.netnsPath)
  disposers.push(() => handle.close())
  return { ...lease, netnsPath: `/proc/${process.pid}/fd/${handle.fd}` }
}

describe('published ports', () => {
  test('are reached on the host’s loopback and from nowhere else', async () => {
    const [lease, sibling] = [await take(), await take()]
    await serve(lease, 80, 'web')
    const [port] = await network.publish(id('a'), lease.address, [{ hostPort: 0, guestPort: 80 }])
    const hostPort = port?.hostPort ?? 0
    expect(await fetchFromHost(hostPort)).toBe('web\n')
    expect(await fetchFromHost(hostPort, outside.hostAddress)).toBe('')
    expect(await outside.fetch(outside.hostAddress, hostPort)).toBe('')
    expect(await fetchFrom(sibling, await gatewayOf(sibling), hostPort)).toBe('')
    await network.unpublish(id('a'))
    expect(await fetchFromHost(hostPort)).toBe('')
  })

  test('a port that another program or sandbox has is refused before anything changes', async () => {
    const lease = await take()
    const { port } = await listenOnHost('0.0.0.0')
    const [mine] = await network.publish(id('a'), lease.address, [{ hostPort: 0, guestPort: 80 }])
    const rules = await run('nft', ['list', 'map', 'inet', `joey_${tag}`, 'published'])
    await expect(
      network.publish(id('b'), lease.address, [
        { hostPort: 0, guestPort: 81 },
        { hostPort: port, guestPort: 80 },
      ]),
    ).rejects.toMatchObject({ wire: { code: 'conflict', reason: 'port-in-use', params: { port } } })
    await expect(
      network.publish(id('b'), lease.address, [{ hostPort: mine?.hostPort ?? 0, guestPort: 80 }]),
    ).rejects.toMatchObject({ wire: { code: 'conflict', reason: 'port-taken' } })
    expect(await run('nft', ['list', 'map', 'inet', `joey_${tag}`, 'published'])).toEqual(rules)
  })

  test('a port of another state folder is refused although its agent does not run', async () => {
    const lease = await take()
    const [port] = await network.publish(id('a'), lease.address, [{ hostPort: 0, guestPort: 80 }])
    await network.close({ keep: true })
    const other = createNetwork({ tag: flip(tag), folder: join(folder, 'other'), run, log: quiet, poolSize: 0 })
    disposers.push(() => other.close({ keep: false }))
    await expect(
      other.publish(id('b'), '10.64.0.9', [{ hostPort: port?.hostPort ?? 0, guestPort: 80 }]),
    ).rejects.toMatchObject({ wire: { code: 'conflict', reason: 'port-taken' } })
    network = createNetwork({ tag, folder, run, log: quiet })
    await network.reconcile([])
  })
})

const flip = (hex: string): string => (Number.parseInt(hex, 16) ^ 0xffffff).toString(16).padStart(6, '0')

describe('several state folders', () => {
  test('do not disturb or reach each other', async () => {
    const other = createNetwork({ tag: flip(tag), folder: join(folder, 'other'), run, log: quiet, poolSize: 0 })
    disposers.push(() => other.close({ keep: false }))
    const [mine, theirs] = [await take(), await other.take(signal)]
    disposers.push(() => other.release(theirs))
    await serve(theirs, 8080, 'theirs')
    expect(await fetchFrom(mine, theirs.address, 8080)).toBe('')
    await other.close({ keep: false })
    expect(await fetchFrom(mine, outside.address, outside.port)).toContain('from')
  })
})

describe('leftovers', () => {
  test('after a close without sandboxes nothing is left', async () => {
    const lease = await network.take(signal)
    await network.publish(id('a'), lease.address, [{ hostPort: 0, guestPort: 80 }])
    await network.unpublish(id('a'))
    await network.release(lease)
    await network.release(lease)
    await network.close({ keep: false })
    expect(await traces()).toEqual([])
  })

  test('after a crash the next agent keeps what runs, removes the rest and restores the rules', async () => {
    const [kept, lost] = [await take(), await take()]
    await serve(kept, 80, 'web')
    const ports = await network.publish(id('a'), kept.address, [{ hostPort: 0, guestPort: 80 }])
    await network.publish(id('b'), lost.address, [{ hostPort: 0, guestPort: 80 }])
    // The agent's listeners die with it; its private mounts do too, while those of the sandbox live on.
    await network.close({ keep: true })
    await run('nft', ['delete', 'table', 'inet', `joey_${tag}`])
    network = createNetwork({ tag, folder, run, log: quiet })
    const keeper = await outside.keepNamespace(kept.netnsPath)
    disposers.push(keeper)

    const sentences = await network.reconcile([{ id: id('a'), ...kept, networkName: null, ports }])

    expect(sentences).toMatchObject([
      { reason: 'found-interfaces', params: { count: 1 } },
      { reason: 'found-network-part-gone', params: { part: 'filter' } },
    ])
    expect(await fetchFromHost(ports[0]?.hostPort ?? 0)).toBe('web\n')
    const next = await take()
    expect(next.address).not.toBe(kept.address)
    expect(await fetchFrom(next, outside.address, outside.port)).toContain('from')
    expect(await fetchFrom(next, kept.address, 80)).toBe('')
    await expect(
      network.publish(id('c'), next.address, [{ hostPort: ports[0]?.hostPort ?? 0, guestPort: 80 }]),
    ).rejects.toMatchObject({ wire: { reason: 'port-taken' } })
  })

  test('a flushed packet filter is restored', async () => {
    // Without a pool: a network that is made ready in the background would find the filter gone first, and restore it.
    await network.close({ keep: false })
    network = createNetwork({ tag, folder, run, log: quiet, poolSize: 0 })
    const lease = await take()
    expect(await network.repair()).toBe(false)
    await run('nft', ['delete', 'table', 'inet', `joey_${tag}`])
    await run('nft', ['delete', 'table', 'bridge', `joey_${tag}`])
    expect(await network.repair()).toBe(true)
    expect(await fetchFrom(lease, outside.address, outside.port)).toContain('from')
  })

  test('a bridge that somebody deleted comes back with the next network', async () => {
    await take()
    await run('ip', ['link', 'del', `jy${tag}`])
    const leases = [await take(), await take(), await take()]
    expect(await fetchFrom(leases[2]!, outside.address, outside.port)).toContain('from')
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
    .filter((line) => line.includes(`jy${tag}`) || line.includes(`joey_${tag}`))
    .concat(mounts.split('\n').filter((line) => line.includes(`${folder}/netns`)))
}

test('a network from the pool is there at once, and a cold one soon', async () => {
  const cold = createNetwork({ tag: flip(tag), folder: join(folder, 'cold'), run, log: quiet, poolSize: 0 })
  disposers.push(() => cold.close({ keep: false }))
  await Promise.all([network.prepare(signal), cold.prepare(signal)])
  const [pooledMs, coldMs]: number[][] = [[], []]
  for (let round = 0; round < 8; round += 1) {
    // One that is handed out stays, and two more are ready.
    await expect.poll(() => membersOf(`jy${tag}`)).toBe(round + 2)
    pooledMs?.push(await timed(async () => void (await take())))
    coldMs?.push(
      await timed(async () => {
        const lease = await cold.take(signal)
        disposers.push(() => cold.release(lease))
      }),
    )
  }
  process.stdout.write(`from the pool ${median(pooledMs)} ms, cold ${median(coldMs)} ms\n`)
  expect(median(pooledMs)).toBeLessThan(2)
  expect(median(coldMs)).toBeLessThan(100)
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
