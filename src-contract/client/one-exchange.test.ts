import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createSocketServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { exchangeOnce } from './one-exchange.ts'

let folder = ''
let socketPath = ''
const closing: (() => void)[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joey-exchange-'))
  socketPath = join(folder, 'socket')
})
afterEach(() => {
  for (const close of closing.splice(0)) close()
  rmSync(folder, { recursive: true, force: true })
})

async function serve(listener: RequestListener): Promise<void> {
  const server = createServer(listener)
  closing.push(() => server.close())
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
}

async function serveSocket(onConnection: (socket: Socket) => void): Promise<void> {
  const server = createSocketServer(onConnection)
  closing.push(() => server.close())
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
}

const get = (signal?: AbortSignal) => exchangeOnce({ socketPath }, { method: 'GET', path: '/v1/x?y=%C3%A9', signal })

test('method, path and body arrive, and the answer comes back whole, in whatever pieces it is sent', async () => {
  await serve((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      const { method, url, headers } = request
      const sent = { method, url, type: headers['content-type'], body: Buffer.concat(pieces).toString() }
      response.statusCode = 409
      for (const byte of Buffer.from(JSON.stringify(sent))) response.write(Buffer.from([byte]))
      response.end()
    })
  })
  const body = JSON.stringify({ text: 'é'.repeat(1000) })
  const { status, text } = await exchangeOnce({ socketPath }, { method: 'POST', path: '/v1/x', body })
  expect(status).toBe(409)
  expect(JSON.parse(text)).toEqual({ method: 'POST', url: '/v1/x', type: 'application/json', body })
})

test('an answer of many megabytes is read, and one without a body too', async () => {
  const large = 'x'.repeat(20 * 1024 * 1024)
  await serve((request, response) => {
    response.statusCode = request.method === 'GET' ? 200 : 204
    response.end(request.method === 'GET' ? large : undefined)
  })
  expect((await get()).text).toBe(large)
  expect(await exchangeOnce({ socketPath }, { method: 'DELETE', path: '/' })).toEqual({ status: 204, text: '' })
})

test.each([
  ['before an answer', ''],
  ['within the head', 'HTTP/1.1 200 OK\r\ncontent-le'],
  ['within the body', 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf'],
  ['after something else than HTTP', 'SSH-2.0-OpenSSH\r\n\r\n'],
])('a connection that ends %s is reported as lost', async (_when, words) => {
  await serveSocket((socket) => {
    socket.on('error', () => undefined)
    socket.once('data', () => socket.end(words))
  })
  await expect(get()).rejects.toMatchObject({ wire: { reason: 'agent-connection-lost' } })
})

test('nobody who listens is an agent that does not run', async () => {
  await expect(get()).rejects.toMatchObject({ wire: { reason: 'agent-not-running' } })
})

test('who gives up while the answer is being made is told so, and the other side sees it', async () => {
  const seen: string[] = []
  await serve((request) => {
    seen.push('requested')
    request.socket.once('close', () => seen.push('gone'))
  })
  const controller = new AbortController()
  const answer = get(controller.signal)
  await expect.poll(() => seen).toEqual(['requested'])
  controller.abort()
  await expect(answer).rejects.toMatchObject({ wire: { reason: 'cancelled' } })
  await expect.poll(() => seen).toEqual(['requested', 'gone'])
})
