import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'

/**
 * What lies where no sandbox should get, for as long as a self-test runs: each canary gives a secret to whoever reaches it,
 * so that a success can be distinguished from a lookalike inside the sandbox.
 */
export interface Canaries {
  readonly secrets: ReadonlySet<string>
  readonly marker: string
  /** `127.0.0.1:40123`, `[::1]:40124` */
  readonly addresses: readonly string[]
  /** Names of unix sockets without a path. */
  readonly abstracts: readonly string[]
  dispose(): Promise<void>
}

const beaconMs = 50
/** More would make the command line long and the test slow. */
const maxAddresses = 12

/** `folder` is one that no sandbox is given. */
export async function stageCanaries(folder: string): Promise<Canaries> {
  const secrets = new Set<string>()
  const secret = (): string => {
    const text = `joey-canary-${randomBytes(16).toString('hex')}`
    secrets.add(text)
    return text
  }
  const undo: (() => unknown)[] = []
  const dispose = async () => {
    await Promise.allSettled(undo.splice(0).map((each) => each()))
  }
  try {
    const marker = join(folder, `canary-${randomBytes(6).toString('hex')}`)
    undo.push(() => rm(marker, { force: true }))
    await writeFile(marker, `${secret()}\n`, { mode: 0o600 })
    const addresses: string[] = []
    for (const host of hostAddresses()) {
      const port = await listen(secret(), { host, port: 0 }, undo)
      if (port !== null) addresses.push(host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`)
    }
    const name = `joey-canary-${randomBytes(6).toString('hex')}`
    const abstracts = (await listen(secret(), { path: `\0${name}` }, undo)) === null ? [] : [name]
    undo.push(startBeacon(secret()))
    return { secrets, marker, addresses, abstracts, dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}

/** Loopback first: a probe takes the port of the first for gateways that lead there. */
function hostAddresses(): string[] {
  const all = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ family, address }) => family === 'IPv4' || address === '::1')
    .map(({ address }) => address)
  return [...new Set(['127.0.0.1', ...all])].slice(0, maxAddresses)
}

/** The port, 0 for a socket without one, or null where it could not be had. */
function listen(
  secret: string,
  where: { host: string; port: number } | { path: string },
  undo: (() => unknown)[],
): Promise<number | null> {
  return new Promise((resolve) => {
    const server: Server = createServer((socket) => {
      socket.on('error', () => {})
      socket.setTimeout(2_000, () => socket.destroy())
      socket.end(`${secret}\n`)
    })
    server.maxConnections = 16
    server.once('error', () => resolve(null))
    server.listen(where, () => {
      const bound = server.address()
      server.on('error', () => {})
      undo.push(() => new Promise((done) => server.close(done)))
      resolve(bound !== null && typeof bound === 'object' ? bound.port : 0)
    })
  })
}

/** Sends a secret over this machine's loopback, for a sandbox that watches its packets. Returns its undo. */
function startBeacon(secret: string): () => void {
  const socket = createSocket('udp4')
  socket.on('error', () => {})
  // The port of "discard": nobody listens, and nobody need.
  const timer = setInterval(() => socket.send(`${secret}\n`, 9, '127.0.0.1', () => {}), beaconMs)
  return () => {
    clearInterval(timer)
    socket.close()
  }
}
