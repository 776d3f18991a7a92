import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import type { SandboxId } from '#contract/sandbox'
import { run } from '../../base/process/run.ts'
import { createNetwork, type NetworkDeps } from '../../network/create-network.ts'
import type { Lease, Network } from '../../network/network.ts'
import { createOutside, type Outside } from './outside.ts'

/** Ends what hangs, no test waits for it. */
export const signal = AbortSignal.timeout(600_000)

export const idOf = (digit: string): SandboxId => digit.repeat(12) as SandboxId

/** A real network of this machine, other for each test, and a stand-in for what is outside of it. */
export interface NetworkFixture {
  tag: string
  folder: string
  network: Network
  outside: Outside
  /** Called after the test, the last one first. */
  disposers: (() => Promise<unknown>)[]
  take(): Promise<Lease>
  /** Serves a word at a port of a sandbox. */
  serve(lease: Lease, port: number, word: string): Promise<void>
  /** The same by UDP: whatever is sent is answered with the word. */
  serveUdp(lease: Lease, port: number, word: string): Promise<void>
  /** Serves the word "host" on the host; gives the port. */
  listenOnHost(host: string): Promise<number>
  /** Another network on the same folder, as the next agent has it. */
  again(options?: Partial<Pick<NetworkDeps, 'poolSize' | 'connections' | 'subnets'>>): Network
  /** A network of another state folder. */
  another(name: string): Network
}

/** Makes everything anew before each test of the file, and removes it afterwards. */
export function provideNetwork(): NetworkFixture {
  const fixture = createFixture()
  beforeEach(async () => {
    fixture.tag = randomBytes(3).toString('hex')
    fixture.folder = await mkdtemp(join(tmpdir(), 'joey-network-'))
    fixture.disposers = []
    fixture.network = fixture.again()
    fixture.outside = await createOutside(fixture.tag, fixture.folder)
  })
  afterEach(async () => {
    for (const dispose of fixture.disposers.reverse()) await dispose()
    await fixture.network.close({ keep: false })
    await fixture.outside.close()
    await sweep(fixture.folder)
    await rm(fixture.folder, { recursive: true, force: true })
  })
  return fixture
}

const quiet = { warn: () => {} }

function createFixture(): NetworkFixture {
  const fixture = {
    async take() {
      const lease = await fixture.network.take(signal)
      fixture.disposers.push(() => fixture.network.release(lease))
      return lease
    },
    async serve(lease, port, word) {
      fixture.disposers.push(await fixture.outside.serveIn(lease.netnsPath, port, word))
    },
    async serveUdp(lease, port, word) {
      fixture.disposers.push(await fixture.outside.serveUdpIn(lease.netnsPath, port, word))
    },
    async listenOnHost(host) {
      const server = createServer((socket) => socket.on('error', () => {}).end('host'))
      await new Promise<void>((resolve) => server.listen(0, host, resolve))
      fixture.disposers.push(() => new Promise((resolve) => server.close(resolve)))
      const address = server.address()
      if (address === null || typeof address === 'string') throw new Error('no port')
      return address.port
    },
    again: (options) => createNetwork({ ...{ tag: fixture.tag, folder: fixture.folder }, ...options, run, log: quiet }),
    another(name) {
      const place = { tag: flip(fixture.tag), folder: join(fixture.folder, name) }
      const network = createNetwork({ ...place, run, log: quiet, poolSize: 0 })
      fixture.disposers.push(() => network.close({ keep: false }))
      return network
    },
  } as NetworkFixture
  return fixture
}

const flip = (hex: string): string => (Number.parseInt(hex, 16) ^ 0xffffff).toString(16).padStart(6, '0')

/** What a failed test may have left, so that it does not fail the next one. */
async function sweep(folder: string): Promise<void> {
  for (const file of await readdir(join(folder, 'netns')).catch(() => [])) {
    await run('umount', ['--lazy', join(folder, 'netns', file)], { okExitCodes: [0, 1, 32] })
  }
}

/** Runs a program of the host in the sandbox's network. */
export function inside(lease: Lease, program: string, ...args: string[]) {
  return run('nsenter', [`--net=${lease.netnsPath}`, program, ...args], {
    timeoutMs: 10_000,
    okExitCodes: [0, 1, 2, 124],
  })
}

/** What a server answers to a connection from inside; empty where it is not reached. */
export async function fetchFrom(lease: Lease, host: string, port: number, options = ''): Promise<string> {
  const { stdout } = await inside(lease, 'socat', '-T', '2', '-', `TCP4:${host}:${port},connect-timeout=1${options}`)
  return stdout
}

/** The same from the host. */
export function fetchFromHost(port: number, host = '127.0.0.1'): Promise<string> {
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect({ host, port })
    socket.setTimeout(2_000, () => socket.destroy())
    socket.on('data', (data) => (answer += data))
    socket.on('error', () => {})
    socket.on('close', () => resolve(answer))
  })
}

/** What is answered to a datagram from the host; empty where nothing is. */
export function askByUdp(port: number, { host = '127.0.0.1', withinMs = 10_000 } = {}): Promise<string> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4')
    const end = (answer: string): void => {
      clearInterval(again)
      clearTimeout(patience)
      socket.close()
      resolve(answer)
    }
    const send = (): void => socket.send('?', port, host)
    // Whoever serves may not listen yet, and of a datagram that is lost nobody hears.
    const again = setInterval(send, 100)
    const patience = setTimeout(end, withinMs, '')
    socket.on('message', (message) => end(message.toString()))
    socket.on('error', () => undefined)
    send()
  })
}

export async function gatewayOf(lease: Lease): Promise<string> {
  return /default via (\S+)/.exec((await inside(lease, 'ip', 'route')).stdout)?.[1] ?? ''
}

/** How many packets a chain of the packet filter has counted. */
export async function droppedBy(table: string, chain: string): Promise<number> {
  const { stdout } = await run('nft', ['list', 'chain', ...table.split(' '), chain])
  return [...stdout.matchAll(/packets (\d+)/g)].reduce((sum, match) => sum + Number(match[1]), 0)
}
