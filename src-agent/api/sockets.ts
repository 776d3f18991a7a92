import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Logger } from 'pino'
import { type WebSocket, WebSocketServer } from 'ws'
import { appError } from '#contract/app-error'
import { fromQuery, pathFields, type Stream } from '#contract/operation'
import { streams } from '#contract/registry'
import { explainFailure } from '../base/failures/machine-failure.ts'
import type { StreamHandler, StreamHandlers } from '../io/streams/stream-handlers.ts'
import { parseRequest } from './bind-operation.ts'

/** Close code for a failure; the WireError is the text frame before it. Codes from 4000 are free to use (RFC 6455, 7.4.2). */
const failureCode = 4000
const maxFrameBytes = 4 * 1024 * 1024

interface Route {
  readonly declaration: Stream
  readonly pattern: RegExp
  readonly handler: StreamHandler<Stream>
}

/** The WebSocket half of the agent: declared streams, and nothing else, are upgraded. */
export function serveSockets(server: Server, handlers: StreamHandlers, log: Logger): () => void {
  const sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: maxFrameBytes,
    clientTracking: true,
  })
  const routes = Object.entries(streams).map(([key, declaration]): Route => {
    const pattern = new RegExp(`^${declaration.path.replace(/:[A-Za-z]+/g, '([^/]+)')}$`)
    const handler = handlers[key as keyof StreamHandlers] as unknown as StreamHandler<Stream>
    return { declaration: declaration as unknown as Stream, pattern, handler }
  })
  server.on('upgrade', (incoming: IncomingMessage, raw: Duplex, head: Buffer) => {
    sockets.handleUpgrade(incoming, raw, head, (socket) => {
      socket.on('error', (error) => log.debug({ err: error }, 'a socket failed'))
      serveOne(routes, socket, incoming.url ?? '').catch((error: unknown) => fail(socket, error, log))
    })
  })
  return () => {
    for (const socket of sockets.clients) socket.close(1001)
    sockets.close()
  }
}

async function serveOne(routes: readonly Route[], socket: WebSocket, url: string): Promise<void> {
  const { pathname, searchParams } = new URL(url, 'http://joey')
  for (const { declaration, pattern, handler } of routes) {
    const match = pattern.exec(pathname)
    if (!match) continue
    const fields = pathFields(declaration.path).map((field, index) => [field, decodeField(match[index + 1] ?? '')])
    const request = { ...fromQuery(declaration.request, searchParams), ...Object.fromEntries(fields) }
    return handler(socket, parseRequest(declaration.name, declaration.request, request))
  }
  throw appError('route-not-found', { what: 'stream', route: pathname.slice(0, 200) })
}

/** What is not well encoded is no name or id either, which the schema then says. */
function decodeField(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function fail(socket: WebSocket, error: unknown, log: Logger): void {
  const { wire } = explainFailure(error)
  if (wire.code === 'internal') log.error({ err: error }, 'a stream failed by a bug')
  if (socket.readyState !== socket.OPEN) return
  socket.send(JSON.stringify(wire))
  socket.close(failureCode)
}
