import { createServer, type IncomingMessage, type Server, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { AppError, appError } from '#contract/app-error'
import type { WireError } from '#contract/wire-texts'

/** One request that came to the gateway, with what answers it. */
export interface GatewayCall {
  readonly request: IncomingMessage
  /** For what is not an upgrade. */
  readonly response: ServerResponse | null
  /** For an upgrade. */
  readonly socket: Duplex | null
  /** Its caller has gone, or the agent ends. */
  readonly signal: AbortSignal
}

interface Deps {
  /** Answers; rejects where nothing was answered yet. */
  readonly answer: (call: GatewayCall) => Promise<void>
  readonly onError: (error: unknown) => void
}

export interface Gateway {
  /** Listens on this machine's loopback: on that port where it is free, else on another. Gives the port. */
  listen(wanted: number | null): Promise<number>
  /** Null: it does not listen. */
  port(): number | null
  /** Ends what is under way. Callers that do not let go are not waited for. */
  close(): void
}

const headersMs = 10_000
const mostHeaderBytes = 32 * 1024
const mostConnections = 2000

/** HTTP for callers on this machine. Node's own server, whose parser meets bytes of callers only, never of a guest. */
export function createGateway({ answer, onError }: Deps): Gateway {
  const ending = new AbortController()
  const server = createServer({ maxHeaderSize: mostHeaderBytes, headersTimeout: headersMs, requestTimeout: 0 })
  server.maxConnections = mostConnections
  const serve = (call: Omit<GatewayCall, 'signal'>, left: AbortSignal): void => {
    const signal = AbortSignal.any([left, ending.signal])
    void answer({ ...call, signal }).catch((error: unknown) => {
      if (!signal.aborted || ending.signal.aborted) refuse(call, AppError.from(error).wire)
      else call.socket?.destroy()
    })
  }
  server.on('request', (request, response) => serve({ request, response, socket: null }, whenLeft(response)))
  server.on('upgrade', (request, socket, head) => {
    // What came along with the head is the first of what follows it.
    if (head.length > 0) socket.unshift(head)
    socket.on('error', () => socket.destroy())
    serve({ request, response: null, socket }, whenLeft(socket))
  })
  server.on('error', onError)
  return {
    async listen(wanted) {
      if (!server.listening) await listenOn(server, wanted ?? 0).catch(() => listenOn(server, 0))
      return portOf(server) ?? 0
    },
    port: () => portOf(server),
    close() {
      ending.abort()
      server.close()
      server.closeAllConnections()
    },
  }
}

/** Closed before all of it was written: its caller has gone. */
function whenLeft(stream: ServerResponse | Duplex): AbortSignal {
  const left = new AbortController()
  stream.once('close', () => {
    if (!stream.writableFinished) left.abort()
  })
  return left.signal
}

function portOf(server: Server): number | null {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : null
}

function listenOn(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host: '127.0.0.1' }, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

const statuses: Readonly<Partial<Record<string, number>>> = {
  'function-overloaded': 429,
  'function-revision-gone': 503,
  'function-command-failed': 500,
  'function-host-unknown': 421,
}

/** What a caller is told in place of an answer of the function. */
export function statusOf({ reason, code }: WireError): number {
  const known = statuses[reason]
  if (known !== undefined) return known
  if (code === 'notFound') return 404
  return reason === 'function-timed-out' ? 504 : 502
}

function refuse({ request, response, socket }: Omit<GatewayCall, 'signal'>, error: WireError): void {
  const answer = response ?? responseOn(request, socket)
  if (answer === null) return
  if (answer.headersSent) return void answer.destroy()
  const status = statusOf(error)
  const { reason, message } = error
  const isForLater = status === 429 || status === 503
  answer.writeHead(status, {
    'content-type': 'application/json',
    'joey-error': reason,
    ...(isForLater && { 'retry-after': '1' }),
    // What the caller still sends is not read any more.
    connection: 'close',
  })
  const output = reason === 'function-command-failed' ? error.detail : undefined
  answer.end(`${JSON.stringify({ error: { reason, message, ...(output && { output }) } })}\n`)
}

/** An upgrade has a socket only. */
function responseOn(request: IncomingMessage, socket: Duplex | null): ServerResponse | null {
  if (socket === null || socket.destroyed) return null
  const response = new ServerResponse(request)
  response.assignSocket(socket as never)
  response.on('finish', () => socket.end())
  return response
}

/** Rejects with the function's own word once that time is over. Gives its end. */
export function deadline(ms: number): { readonly signal: AbortSignal; readonly end: () => void } {
  const over = new AbortController()
  const timer = setTimeout(() => over.abort(appError('function-timed-out', { seconds: Math.ceil(ms / 1000) })), ms)
  return { signal: over.signal, end: () => clearTimeout(timer) }
}
