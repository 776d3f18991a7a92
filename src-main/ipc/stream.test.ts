import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Expose, Page } from './expose.ts'
import { exposeStreams } from './stream.ts'

vi.mock('electron', async () => {
  const { EventEmitter } = await import('node:events')
  class Port extends EventEmitter {
    posted: unknown[] = []
    other: Port | undefined
    postMessage(message: unknown): void {
      this.posted.push(message)
    }
    start(): void {}
    close(): void {
      this.other?.emit('close')
    }
  }
  class MessageChannelMain {
    port1 = new Port()
    port2 = new Port()
    constructor() {
      this.port1.other = this.port2
      this.port2.other = this.port1
    }
  }
  return { ipcMain: undefined, MessageChannelMain }
})

interface FakePort {
  readonly other: { readonly posted: unknown[] }
  close(): void
}

let folder: string
let server: Server
let accepted: WebSocket[]
let lifetime: AbortController
let posted: FakePort[]
let open: (name: string, request: unknown) => Promise<unknown>
const onLinkTrouble = vi.fn()

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'joey-stream-'))
  const socketPath = join(folder, 's')
  ;[accepted, posted, lifetime] = [[], [], new AbortController()]
  server = createServer()
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket, head) => {
    if (request.url?.includes('000000000000')) {
      const body = JSON.stringify({ code: 'notFound', reason: 'no-such-terminal', message: 'It is closed.' })
      socket.end(`HTTP/1.1 404 Not Found\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
      return
    }
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      accepted.push(webSocket)
      webSocket.send('{"type":"first"}')
    })
  })
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  const frame = { postMessage: (_channel: string, _message: unknown, ports: FakePort[]) => posted.push(...ports) }
  const page = { frame } as unknown as Page
  const expose: Expose = (_channel, schema, handler) => {
    open = async (name, request) => handler(schema.parse({ id: 'a', name, request }), page)
  }
  const drained = async (): Promise<void> => undefined
  exposeStreams(expose, { address: { socketPath }, lifetimeOf: () => lifetime.signal, onLinkTrouble, drained })
})
afterEach(() => {
  lifetime.abort()
  server.closeAllConnections()
  server.close()
  rmSync(folder, { recursive: true, force: true })
  onLinkTrouble.mockClear()
})

/** The agent's end of the first stream that was opened: 1 while it is open, 3 when it has closed. */
const agentsEnd = (): number | undefined => accepted[0]?.readyState

test('an accepted stream reaches the page, first frame included', async () => {
  await open('events', {})

  await expect.poll(() => posted[0]?.other.posted).toEqual([{ type: 'text', text: '{"type":"first"}' }])
})

test.each(['sandbox.exec', 'sandbox.attach', 'agent.info', 'constructor'])('%s is not offered', async (name) => {
  await expect(open(name, {})).rejects.toMatchObject({ wire: { reason: 'stream-not-offered' } })
})

test('a malformed request opens nothing', async () => {
  await expect(open('terminal.attach', { id: '../x' })).rejects.toMatchObject({ wire: { code: 'invalidRequest' } })
  expect(accepted).toEqual([])
})

test('what the agent refuses is refused with its own words', async () => {
  await expect(open('terminal.attach', { id: '000000000000' })).rejects.toMatchObject({
    wire: { reason: 'no-such-terminal' },
  })
  expect(posted).toEqual([])
})

test('the end of the document ends its streams', async () => {
  await open('events', {})

  lifetime.abort()

  await expect.poll(() => agentsEnd()).toBe(3)
})

test('the page closing its port ends the stream, and that is no trouble of the link', async () => {
  await open('events', {})

  posted[0]?.close()

  await expect.poll(() => agentsEnd()).toBe(3)
  expect(onLinkTrouble).not.toHaveBeenCalled()
})

test('an agent that dies is trouble of the link', async () => {
  await open('events', {})

  accepted[0]?.terminate()

  await expect.poll(() => onLinkTrouble).toHaveBeenCalled()
  expect(posted[0]?.other.posted.at(-1)).toMatchObject({ type: 'closed', error: { reason: 'agent-connection-lost' } })
})

test('a page may not open streams without end; each that ends makes room', async () => {
  await Promise.all(Array.from({ length: 128 }, () => open('usage', {})))
  await expect(open('usage', {})).rejects.toMatchObject({ wire: { reason: 'too-many-streams' } })

  posted[0]?.close()

  await expect(open('usage', {})).resolves.toBeNull()
})
