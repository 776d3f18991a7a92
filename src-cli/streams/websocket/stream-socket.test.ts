import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { openStreamSocket, type StreamSocket } from './stream-socket.ts'

let folder = ''
let server: Server
let sockets: WebSocketServer

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joey-stream-'))
  server = createServer((_request, response) => {
    response.statusCode = 404
    response.end('{"reason":"none"}')
  })
})
afterEach(() => {
  for (const each of sockets?.clients ?? []) each.terminate()
  server.close()
  rmSync(folder, { recursive: true, force: true })
})

const socketPath = () => join(folder, 'socket')

/** The library's own server, which refuses what is not the protocol. */
async function serve(onSocket: (socket: WebSocket, url: string) => void): Promise<void> {
  sockets = new WebSocketServer({ server, perMessageDeflate: false })
  sockets.on('connection', (socket, request) => {
    socket.on('error', () => undefined)
    onSocket(socket, request.url ?? '')
  })
  await new Promise<void>((resolve) => server.listen(socketPath(), resolve))
}

interface Heard {
  readonly socket: StreamSocket
  readonly messages: (string | Buffer)[]
  readonly others: string[]
}

function open(path = '/v1/x/:ref', request: Readonly<Record<string, unknown>> = { ref: 'a' }): Heard {
  const messages: (string | Buffer)[] = []
  const others: string[] = []
  const socket = openStreamSocket({ socketPath: socketPath() }, { path }, request, {
    onOpen: () => others.push('open'),
    onMessage: (bytes, isBinary) => messages.push(isBinary ? bytes : bytes.toString()),
    onRefused: (status, text) => others.push(`refused ${status} ${text}`),
    onClosed: (code) => others.push(`closed ${code}`),
  })
  return { socket, messages, others }
}

test('what is sent comes back: text and bytes, of every length, in their order', async () => {
  await serve((socket) => socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })))
  const { socket, messages, others } = open()
  await expect.poll(() => others).toEqual(['open'])
  const sent = [
    'é',
    Buffer.alloc(0),
    Buffer.alloc(125, 1),
    Buffer.alloc(126, 2),
    Buffer.alloc(65_536, 3),
    'x'.repeat(3_000_000),
  ]
  await Promise.all(sent.map((each) => new Promise<void>((resolve) => socket.send(each, resolve))))
  await expect.poll(() => messages.length).toBe(sent.length)
  expect(messages).toEqual(sent)
  socket.close()
  await expect.poll(() => others).toEqual(['open', 'closed 1000'])
})

test('the path has the fields of the request, and what is left is its query', async () => {
  const urls: string[] = []
  await serve((_socket, url) => urls.push(url))
  open('/v1/x/:ref/y', { ref: 'a b', from: 'run', left: undefined })
  await expect.poll(() => urls).toEqual(['/v1/x/a%20b/y?from=run'])
})

test('what follows at once on the answer is not lost, and a message in fragments is one', async () => {
  await serve((socket) => {
    socket.send('first')
    socket.send('one ', { fin: false })
    socket.send('two', { fin: true })
    socket.close(4000)
  })
  const { messages, others } = open()
  await expect.poll(() => others).toEqual(['open', 'closed 4000'])
  expect(messages).toEqual(['first', 'one two'])
})

test('a ping is answered', async () => {
  const pongs: string[] = []
  await serve((socket) => {
    socket.on('pong', (bytes) => pongs.push(bytes.toString()))
    socket.ping('still there?')
  })
  open()
  await expect.poll(() => pongs).toEqual(['still there?'])
})

test('while it is paused nothing comes, and afterwards all of it', async () => {
  const count = 2000
  await serve((socket) => {
    socket.on('message', () => {
      for (let number = 0; number < count; number += 1) socket.send(Buffer.alloc(1024, number))
      socket.close(1000)
    })
  })
  const heard = open()
  await expect.poll(() => heard.others).toEqual(['open'])
  heard.socket.send('go')
  await expect.poll(() => heard.messages.length).toBeGreaterThan(0)
  heard.socket.pause()
  const before = heard.messages.length
  await new Promise((resolve) => setImmediate(resolve))
  expect(heard.messages.length).toBe(before)
  heard.socket.resume()
  await expect.poll(() => heard.others).toEqual(['open', 'closed 1000'])
  expect(heard.messages.length).toBe(count)
})

test('an answer that opens no stream is handed on with its words', async () => {
  await new Promise<void>((resolve) => server.listen(socketPath(), resolve))
  const { others } = open()
  await expect.poll(() => others).toEqual(['refused 404 {"reason":"none"}', 'closed 1006'])
})

test('nobody who listens, and a connection that is lost, end it with a code of their own', async () => {
  const absent = open()
  await expect.poll(() => absent.others).toEqual(['closed 1006'])
  await serve((socket) => socket.terminate())
  const lost = open()
  await expect.poll(() => lost.others).toEqual(['open', 'closed 1006'])
})

test('bytes that are none of the protocol end it', async () => {
  await serve((socket) => {
    const { _socket: raw } = socket as unknown as { readonly _socket: { write(bytes: Buffer): void } }
    raw.write(Buffer.from([0x83, 1, 1]))
  })
  const { others, messages } = open()
  await expect.poll(() => others).toEqual(['open', 'closed 1006'])
  expect(messages).toEqual([])
})

test('what is sent too early or too late is dropped, and whoever waits for it goes on', async () => {
  await serve(() => undefined)
  const { socket, others } = open()
  await new Promise<void>((resolve) => socket.send('too early', resolve))
  await expect.poll(() => others).toEqual(['open'])
  socket.close()
  await new Promise<void>((resolve) => socket.send('too late', resolve))
  socket.close()
  await expect.poll(() => others).toEqual(['open', 'closed 1000'])
})
