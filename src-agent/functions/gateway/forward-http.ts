import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Pool } from 'undici'
import { appError } from '#contract/app-error'
import { endToEnd } from './headers.ts'

/**
 * Requests to the HTTP server in a sandbox. What it answers is read by undici, whose parser is WebAssembly: no C of the agent
 * meets bytes of a guest. Kept connections are a few seconds old at most, and of one instance alone.
 */
export interface Forwarder {
  forward(request: IncomingMessage, response: ServerResponse, call: ForwardedCall): Promise<Forwarded>
  /** A connection that becomes something else, as a WebSocket. Resolves when both sides have ended. */
  upgrade(request: IncomingMessage, client: Duplex, call: ForwardedCall): Promise<Forwarded>
  close(): Promise<void>
}

interface ForwardedCall {
  readonly path: string
  readonly headers: readonly string[]
  readonly signal: AbortSignal
}

export interface Forwarded {
  readonly status: number
  readonly bytes: number
}

const mostHeaderBytes = 64 * 1024
const keptMs = 4000

export function createForwarder(address: string, port: number): Forwarder {
  // How long an answer may take is the function's own; whoever waits for it gives up by the signal.
  const pool = new Pool(`http://${address}:${port}`, {
    ...{ maxHeaderSize: mostHeaderBytes, headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: keptMs },
  })
  return {
    async forward(request, response, { path, headers, signal }) {
      const method = (request.method ?? 'GET') as 'GET'
      const body = hasBody(request) ? request : null
      const answer = await pool.request({ path, method, headers: [...headers], body, signal }).catch(refuseAnswer)
      begin(response, answer)
      let bytes = 0
      const counted = async function* () {
        for await (const chunk of answer.body as AsyncIterable<Buffer>) {
          bytes += chunk.length
          yield chunk
        }
        response.addTrailers(answer.trailers)
      }
      // A listener that waits for events shall see that it is connected.
      response.flushHeaders()
      await pipeline(counted, response, { signal })
      return { status: answer.statusCode, bytes }
    },
    async upgrade(request, client, { path, headers, signal }) {
      const protocol = request.headers.upgrade ?? 'websocket'
      const guest = await pool.upgrade({ path, protocol, headers: [...headers], signal }).catch(refuseAnswer)
      client.write(upgradeHead(protocol, guest.headers))
      let bytes = 0
      guest.socket.on('data', (chunk: Buffer) => {
        bytes += chunk.length
      })
      await Promise.allSettled([pipeline(guest.socket, client, { signal }), pipeline(client, guest.socket, { signal })])
      return { status: 101, bytes }
    },
    close: () => pool.destroy(),
  }
}

/** Whether its answer to GET says that it is ready. */
export async function probePath(address: string, port: number, path: string, timeoutMs: number): Promise<boolean> {
  const pool = new Pool(`http://${address}:${port}`, { connections: 1, maxHeaderSize: mostHeaderBytes })
  try {
    const { statusCode } = await pool.request({
      path,
      method: 'GET',
      signal: AbortSignal.timeout(Math.ceil(timeoutMs)),
    })
    return statusCode >= 200 && statusCode < 400
  } catch {
    return false
  } finally {
    await pool.destroy()
  }
}

/** A status or a header that Node does not send on is no answer; what follows it is not read, and its connection ends. */
function begin(response: ServerResponse, { statusCode, headers, body }: Awaited<ReturnType<Pool['request']>>): void {
  try {
    response.writeHead(statusCode, endToEnd(headers))
  } catch (error) {
    body.on('error', () => undefined).destroy()
    refuseAnswer(error)
  }
}

function refuseAnswer(error: unknown): never {
  if ((error as Error).name === 'AbortError') throw error
  throw appError('function-answer-broken', {}, { cause: error, detail: String(error) })
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

function upgradeHead(protocol: string, headers: Record<string, string | string[] | undefined>): string {
  const lines = Object.entries(endToEnd(headers)).flatMap(([name, value]) =>
    [value].flat().map((each) => `${name}: ${each}`),
  )
  return ['HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade', `Upgrade: ${protocol}`, ...lines, '', ''].join(
    '\r\n',
  )
}
