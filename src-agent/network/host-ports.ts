import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import { type AppError, appError } from '#contract/app-error'
import { portText } from '#contract/port-text'
import type { PortProtocol, PortPublish, SandboxId } from '#contract/sandbox'
import type { ReservedPort } from './network.ts'
import { findPortHolder } from './port-holder.ts'

/** A port of the host; TCP and UDP have each their own. */
export interface HostPort {
  readonly hostPort: number
  readonly protocol?: PortProtocol | undefined
}

/** TCP and UDP have each their own. */
export function keyOfPort({ hostPort, protocol }: HostPort): string {
  return portText(hostPort, protocol)
}

/** Ports of the host's loopback that are kept for sandboxes. */
export interface HostPorts {
  /** Takes all of them or none. `hostPort` 0 becomes a free one. */
  reserve(id: SandboxId, ports: readonly PortPublish[]): Promise<ReservedPort[]>
  /** Takes what a running sandbox has already; false where another program has it meanwhile. */
  adopt(id: SandboxId, port: HostPort): Promise<boolean>
  release(ports: readonly HostPort[]): void
  releaseAll(): void
}

/**
 * A port is kept by listening on it, although the packet filter takes connections away before they reach the listener:
 * so no other program gets a port that would not work for it, and trying to listen is the one sure test that it is free.
 */
export function createHostPorts(nameOf: (id: SandboxId) => string | null = () => null): HostPorts {
  const listeners = new Map<string, Listener>()
  const owners = new Map<string, SandboxId>()

  const take = async (id: SandboxId, wanted: PortPublish): Promise<ReservedPort> => {
    const owner = owners.get(keyOfPort(wanted))
    if (owner !== undefined) throw takenBySandbox(wanted.hostPort, owner === id ? null : nameOf(owner), owner === id)
    const listener = await listen(wanted).catch(async (error: NodeJS.ErrnoException) => {
      throw error.code === 'EADDRINUSE' ? await inUse(wanted, error) : cannotListen(wanted.hostPort, error)
    })
    const port = { ...wanted, hostPort: listener.port }
    listeners.set(keyOfPort(port), listener)
    owners.set(keyOfPort(port), id)
    return port
  }
  const forget = (keys: readonly string[]): void => {
    for (const key of keys) {
      listeners.get(key)?.close()
      listeners.delete(key)
      owners.delete(key)
    }
  }
  const release = (ports: readonly HostPort[]): void => forget(ports.map(keyOfPort))
  return {
    async reserve(id, ports) {
      const reserved: ReservedPort[] = []
      try {
        // Named ones first, so that a free one that is picked is not one that is named further on.
        for (const port of ports
          .filter(({ hostPort }) => hostPort !== 0)
          .concat(ports.filter(({ hostPort }) => hostPort === 0))) {
          reserved.push(await take(id, port))
        }
        return reserved
      } catch (error) {
        release(reserved)
        throw error
      }
    },
    async adopt(id, port) {
      owners.set(keyOfPort(port), id)
      try {
        listeners.set(keyOfPort(port), await listen(port))
        return true
      } catch {
        return false
      }
    },
    release,
    releaseAll: () => forget([...owners.keys()]),
  }
}

interface Listener {
  readonly port: number
  close(): void
}

function listen({ hostPort, protocol }: HostPort): Promise<Listener> {
  return protocol === 'udp' ? listenUdp(hostPort) : listenTcp(hostPort)
}

function listenUdp(port: number): Promise<Listener> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4')
    socket.once('error', reject)
    socket.bind({ address: '127.0.0.1', port, exclusive: true }, () => {
      socket.unref()
      resolve({ port: socket.address().port, close: () => socket.close() })
    })
  })
}

function listenTcp(port: number): Promise<Listener> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      server.unref()
      const address = server.address()
      if (address === null || typeof address === 'string') return reject(new TypeError('Not a TCP address.'))
      resolve({ port: address.port, close: () => void server.close() })
    })
  })
}

function takenBySandbox(port: number, name: string | null, same: boolean): AppError {
  return appError('port-taken', { port, by: same ? 'same' : 'sandbox', ...(name !== null && { name }) })
}

async function inUse(wanted: HostPort, cause: NodeJS.ErrnoException): Promise<AppError> {
  const holder = await findPortHolder(wanted)
  return appError('port-in-use', { port: wanted.hostPort, ...holder }, { cause })
}

function cannotListen(port: number, cause: NodeJS.ErrnoException): AppError {
  if (cause.code === 'EACCES') {
    return appError('port-privileged', { port }, { cause })
  }
  return appError('port-unusable', { port }, { detail: cause.message, cause })
}
