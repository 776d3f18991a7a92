import { createServer, type Server } from 'node:net'
import { type AppError, appError } from '#contract/app-error'
import type { PortPublish, SandboxId } from '#contract/sandbox'
import type { ReservedPort } from './network.ts'

/** Ports of the host's loopback that are kept for sandboxes. */
export interface HostPorts {
  /** Takes all of them or none. `hostPort` 0 becomes a free one. */
  reserve(id: SandboxId, ports: readonly PortPublish[]): Promise<ReservedPort[]>
  /** Takes what a running sandbox has already; false where another program has it meanwhile. */
  adopt(id: SandboxId, hostPort: number): Promise<boolean>
  release(hostPorts: readonly number[]): void
  releaseAll(): void
}

/**
 * A port is kept by listening on it, although the packet filter takes connections away before they reach the listener:
 * so no other program gets a port that would not work for it, and trying to listen is the one sure test that it is free.
 */
export function createHostPorts(): HostPorts {
  const servers = new Map<number, Server>()
  const owners = new Map<number, SandboxId>()

  const take = async (id: SandboxId, wanted: number): Promise<number> => {
    if (owners.has(wanted)) throw takenBySandbox(wanted, owners.get(wanted) === id)
    const { server, port } = await listen(wanted)
    servers.set(port, server)
    owners.set(port, id)
    return port
  }
  const release = (hostPorts: readonly number[]): void => {
    for (const port of hostPorts) {
      servers.get(port)?.close()
      servers.delete(port)
      owners.delete(port)
    }
  }
  return {
    async reserve(id, ports) {
      const reserved: ReservedPort[] = []
      try {
        // Named ones first, so that a free one that is picked is not one that is named further on.
        for (const port of ports
          .filter(({ hostPort }) => hostPort !== 0)
          .concat(ports.filter(({ hostPort }) => hostPort === 0))) {
          reserved.push({ hostPort: await take(id, port.hostPort), guestPort: port.guestPort })
        }
        return reserved
      } catch (error) {
        release(reserved.map((port) => port.hostPort))
        throw error
      }
    },
    async adopt(id, hostPort) {
      owners.set(hostPort, id)
      try {
        servers.set(hostPort, (await listen(hostPort)).server)
        return true
      } catch {
        return false
      }
    },
    release,
    releaseAll: () => release([...owners.keys()]),
  }
}

function listen(port: number): Promise<{ server: Server; port: number }> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(port, error)))
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => {
      server.unref()
      const address = server.address()
      if (address === null || typeof address === 'string') return reject(new TypeError('Not a TCP address.'))
      resolve({ server, port: address.port })
    })
  })
}

function takenBySandbox(port: number, same: boolean): AppError {
  return appError('port-taken', { port, by: same ? 'same' : 'sandbox' })
}

function cannotListen(port: number, cause: NodeJS.ErrnoException): AppError {
  if (cause.code === 'EADDRINUSE') {
    return appError('port-in-use', { port }, { cause })
  }
  if (cause.code === 'EACCES') {
    return appError('port-privileged', { port }, { cause })
  }
  return appError('port-unusable', { port }, { detail: cause.message, cause })
}
