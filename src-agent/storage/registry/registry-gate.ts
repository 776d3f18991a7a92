import {
  createServer as createHttpServer,
  type IncomingMessage,
  type ServerResponse,
  request as sendRequest,
} from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { isLoopback } from '#contract/image-reference'
import { connectTo } from './connect-to.ts'
import { allowsHost, allowsPlain, type GateRules, homeOf, readTarget, showTarget, type Target } from './gate-rules.ts'

/** What a gate has seen: facts, where the words of the program behind it are only hints. */
export interface GateFacts {
  readonly receivedBytes: number
  /** Where the registry sent the program, and it may not go. */
  readonly refused: readonly string[]
  /** Hosts that could not be reached, with why, as the kernel or the resolver names it. */
  readonly unreachable: readonly { readonly host: string; readonly code: string }[]
  /** A connection that stood was lost, or stood still for too long. */
  readonly broken: boolean
  /** More came than was expected; everything was ended. */
  readonly exceeded: boolean
}

export interface Gate {
  /** For programs that take a proxy. */
  readonly proxySocket: string
  /** Straight to a registry on this machine; null where it is another. */
  readonly direct: { readonly port: number; readonly socket: string } | null
  facts(): GateFacts
  close(): void
}

export interface GateOptions extends GateRules {
  /** Of the sockets; the caller removes it. */
  readonly folder: string
  /** All bytes that may come before everything is ended. */
  readonly mostBytes: number
  /** Of another proxy, through which all but this machine is reached. */
  readonly proxy: Target | null
}

/** A connection over which nothing comes for so long is lost. */
const stillMs = 60_000
/** At a time, each way: each takes two descriptors of the agent. skopeo fetches six layers at once. */
const mostConnections = 64
/** Of hosts that are remembered: enough to say what went wrong. */
const mostFacts = 32

/**
 * The only way out that a program has which fetches from a registry. It decides by the name of a host, before anything is
 * resolved or sent, and it counts. What is encrypted stays so: it sees to whom, and how much.
 */
export async function openGate(options: GateOptions): Promise<Gate> {
  const state = { receivedBytes: 0, refused: new Set<string>(), unreachable: [] as GateFacts['unreachable'][number][] }
  const flags = { broken: false, exceeded: false }
  let closed = false
  const open = new Set<Duplex>()
  const hold = (socket: Duplex): void => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
    socket.on('error', () => socket.destroy())
  }
  const count = (bytes: number): void => {
    state.receivedBytes += bytes
    if (state.receivedBytes <= options.mostBytes || flags.exceeded) return
    flags.exceeded = true
    for (const socket of open) socket.destroy()
  }
  const reach = async (target: Target): Promise<Socket | null> => {
    if (flags.exceeded) return null
    try {
      const socket = await connectTo(target, options.registry, isLoopback(options.registry) ? null : options.proxy)
      hold(socket)
      if (!closed) return socket
      socket.destroy()
      return null
    } catch (error) {
      state.unreachable.push({ host: showTarget(target), code: (error as NodeJS.ErrnoException).code ?? 'unknown' })
      if (state.unreachable.length > mostFacts) state.unreachable.shift()
      return null
    }
  }
  const refuse = (target: string): void => {
    if (state.refused.size < mostFacts) state.refused.add(target)
  }
  const pair = (near: Duplex, far: Socket): void =>
    joinBoth(near, far, count, () => {
      flags.broken = true
    })
  const parts: Parts = { options, reach, refuse, pair, hold, count }
  const home = homeOf(options.registry)
  const proxySocket = join(options.folder, 'proxy')
  const proxy = await listen(createProxy(parts), proxySocket)
  const directSocket = join(options.folder, 'direct')
  const port = isLoopback(options.registry) ? portOf(options, home) : null
  const direct = port === null ? null : await listen(createDirect(parts, { ...home, port }), directSocket)
  return {
    proxySocket,
    direct: port === null ? null : { port, socket: directSocket },
    facts: () => ({ ...flags, ...state, refused: [...state.refused] }),
    close() {
      closed = true
      for (const server of [proxy, direct]) server?.close()
      for (const socket of open) socket.destroy()
    },
  }
}

interface Parts {
  readonly options: GateOptions
  reach(target: Target): Promise<Socket | null>
  refuse(target: string): void
  pair(near: Duplex, far: Socket): void
  hold(socket: Duplex): void
  count(bytes: number): void
}

/** A registry of this machine without a port is that of plain http: nobody has a certificate for it. */
function portOf({ registry }: GateOptions, { port }: Target): number {
  return registry.includes(':') ? port : 80
}

function createProxy({ options, reach, refuse, pair, hold, count }: Parts): Server {
  const server = createHttpServer(
    (request, response) => void forward(request, response).catch(() => response.destroy()),
  )
  const forward = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = URL.parse(request.url ?? '')
    const target = url?.protocol === 'http:' ? readTarget(url.host, 80) : null
    if (url === null || target === null || !allowsPlain(options, target)) {
      refuse(target === null ? 'unknown' : `http://${target.host}${target.port === 80 ? '' : `:${target.port}`}`)
      return void response.writeHead(403).end()
    }
    const socket = await reach(target)
    if (socket === null) return void response.writeHead(502).end()
    forwardPlain({ request, response, socket, url, count })
  }
  server.on('connection', hold)
  server.on('connect', (request, near: Duplex) => {
    const target = readTarget(request.url ?? '', 0)
    if (target === null || !allowsHost(options, target)) {
      refuse(target === null ? 'unknown' : showTarget(target))
      return void near.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    }
    void reach(target).then((far) => {
      if (far === null) return void near.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
      near.write('HTTP/1.1 200 OK\r\n\r\n')
      pair(near, far)
    })
  })
  return server
}

interface PlainRequest {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly socket: Socket
  readonly url: URL
  count(bytes: number): void
}

function forwardPlain({ request, response, socket, url, count }: PlainRequest): void {
  const { connection: _hop, 'proxy-connection': _other, 'proxy-authorization': _secret, ...headers } = request.headers
  const path = `${url.pathname}${url.search}`
  const onward = sendRequest({
    createConnection: () => socket,
    method: request.method,
    path,
    headers,
    timeout: stillMs,
  })
  // One that came through another proxy was held until somebody listens, which the request now does.
  onward.on('socket', () => socket.resume())
  onward.on('response', (answer) => {
    if (!takesHead(response, answer)) return void onward.destroy()
    answer.on('data', (chunk: Buffer) => count(chunk.length))
    answer.on('error', () => response.destroy())
    answer.pipe(response)
  })
  onward.on('timeout', () => onward.destroy())
  onward.on('error', () => response.destroy())
  request.pipe(onward)
}

/** False for what Node reads of a registry and would itself not write, as a status of 99. */
function takesHead(response: ServerResponse, { statusCode = 502, headers }: IncomingMessage): boolean {
  try {
    response.writeHead(statusCode, headers)
    return true
  } catch {
    response.destroy()
    return false
  }
}

function createDirect({ reach, pair, hold }: Parts, target: Target): Server {
  return createServer({ pauseOnConnect: true }, (near) => {
    hold(near)
    void reach(target).then((far) => {
      if (far === null) near.destroy()
      else pair(near, far)
    })
  })
}

/** Passes bytes both ways, with back-pressure, until one side ends or nothing comes any more. */
function joinBoth(near: Duplex, far: Socket, count: (bytes: number) => void, onBroken: () => void): void {
  far.setTimeout(stillMs, () => {
    onBroken()
    far.destroy()
  })
  far.on('data', (chunk: Buffer) => count(chunk.length))
  far.on('error', onBroken)
  far.on('close', () => near.destroy())
  near.on('close', () => far.destroy())
  far.pipe(near)
  near.pipe(far)
}

function listen(server: Server, path: string): Promise<Server> {
  server.maxConnections = mostConnections
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ path, writableAll: true }, () => {
      server.off('error', reject)
      server.on('error', () => {})
      resolve(server)
    })
  })
}
