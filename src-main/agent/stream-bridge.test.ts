import { EventEmitter } from 'node:events'
import { expect, test, vi } from 'vitest'
import type { WebSocket } from 'ws'
import type { PortDown } from '#contract/app'
import { AppError } from '#contract/app-error'
import { type BridgeDeps, bridgeStream } from './stream-bridge.ts'

class FakeSocket extends EventEmitter {
  readonly OPEN = 1
  readyState = 1
  bufferedAmount = 0
  readonly sent: unknown[] = []
  isPaused = false
  isTerminated = false
  send(data: unknown): void {
    this.sent.push(data)
  }
  pause(): void {
    this.isPaused = true
  }
  resume(): void {
    this.isPaused = false
  }
  terminate(): void {
    this.isTerminated = true
  }
  text(text: string): void {
    this.emit('message', Buffer.from(text), false)
  }
  binary(bytes: Buffer): void {
    this.emit('message', bytes, true)
  }
}

class FakePort extends EventEmitter {
  readonly posted: PortDown[] = []
  isClosed = false
  postMessage(message: PortDown): void {
    if (!this.isClosed) this.posted.push(message)
  }
  start(): void {}
  close(): void {
    this.isClosed = true
  }
  fromPage(data: unknown): void {
    this.emit('message', { data })
  }
}

function setUp(choices: Partial<BridgeDeps> = {}) {
  const socket = new FakeSocket()
  const port = new FakePort()
  const onDidEnd = vi.fn()
  const sides = { socket: socket as unknown as WebSocket, port }
  const end = bridgeStream({ ...sides, mayWrite: true, drained: null, onDidEnd, ...choices })
  return { socket, port, onDidEnd, end }
}

test('frames go both ways as they are', () => {
  const { socket, port } = setUp()

  socket.text('{"type":"reset"}')
  socket.binary(Buffer.from([0, 255, 10]))
  port.fromPage({ type: 'text', text: '{"type":"ack","bytes":1}' })
  port.fromPage({ type: 'binary', bytes: new Uint8Array([3]) })

  expect(port.posted).toEqual([
    { type: 'text', text: '{"type":"reset"}' },
    { type: 'binary', bytes: new Uint8Array([0, 255, 10]) },
  ])
  expect(socket.sent).toEqual(['{"type":"ack","bytes":1}', new Uint8Array([3])])
})

test('a frame that is a view into a larger buffer is posted without the rest of that buffer', () => {
  const { socket, port } = setUp()

  socket.binary(Buffer.from(new ArrayBuffer(4096), 8, 4))

  expect(port.posted).toMatchObject([{ bytes: { byteLength: 4, buffer: { byteLength: 4 } } }])
})

test('the agent ending a stream ends the port', () => {
  const { socket, port, onDidEnd } = setUp()

  socket.emit('close', 1000, Buffer.alloc(0))

  expect(port.posted).toEqual([{ type: 'closed', error: null }])
  expect(port.isClosed).toBe(true)
  expect(onDidEnd).toHaveBeenCalledExactlyOnceWith({ lost: false })
})

test('an error of the agent is the reason of the end, not a message of the stream', () => {
  const { socket, port, onDidEnd } = setUp()
  const error = new AppError({ code: 'notFound', reason: 'no-such-terminal', message: 'This terminal is closed.' }).wire

  socket.text(JSON.stringify(error))
  socket.emit('close', 4000, Buffer.alloc(0))

  expect(port.posted).toEqual([{ type: 'closed', error }])
  expect(onDidEnd).toHaveBeenCalledExactlyOnceWith({ lost: false })
})

test.each([[1006], [1001], [1011]])('an end with code %s is a lost link', (code) => {
  const { socket, port, onDidEnd } = setUp()

  socket.emit('close', code, Buffer.alloc(0))

  expect(port.posted).toMatchObject([{ type: 'closed', error: { reason: 'agent-connection-lost' } }])
  expect(onDidEnd).toHaveBeenCalledExactlyOnceWith({ lost: true })
})

test.each([
  ['closes its port', (port: FakePort) => port.emit('close')],
  ['says close', (port: FakePort) => port.fromPage({ type: 'close' })],
])('a page that %s ends the stream', (_name, act) => {
  const { socket, port, onDidEnd } = setUp()

  act(port)
  socket.emit('close', 1006, Buffer.alloc(0))

  expect(socket.isTerminated).toBe(true)
  expect(onDidEnd).toHaveBeenCalledExactlyOnceWith({ lost: false })
})

test.each([
  [null],
  ['text'],
  [{ type: 'text' }],
  [{ type: 'binary', bytes: 'x' }],
  [{ type: 'text', text: '', more: 1 }],
])('what is no message ends the stream and never reaches the agent: %j', (data) => {
  const { socket, port } = setUp()

  port.fromPage(data)

  expect(socket.sent).toEqual([])
  expect(port.posted).toMatchObject([{ type: 'closed', error: { code: 'invalidRequest' } }])
})

test('nothing is written to a stream that only sends', () => {
  const { socket, port } = setUp({ mayWrite: false })

  port.fromPage({ type: 'text', text: '{}' })

  expect(socket.sent).toEqual([])
  expect(port.posted).toMatchObject([{ type: 'closed', error: { code: 'invalidRequest' } }])
})

test('input that the agent does not take ends the stream instead of growing memory', () => {
  const { socket, port } = setUp()
  socket.bufferedAmount = 17 * 1024 * 1024

  port.fromPage({ type: 'binary', bytes: new Uint8Array(1) })

  expect(port.posted).toMatchObject([{ type: 'closed', error: { code: 'tooLarge' } }])
})

test('reading stops while the page has not kept up, and goes on when it has', async () => {
  let keepUp: () => void = () => undefined
  const drained = vi.fn(() => new Promise<void>((resolve) => (keepUp = resolve)))
  const { socket } = setUp({ drained })

  socket.binary(Buffer.alloc(600 * 1024))
  expect(socket.isPaused).toBe(false)
  socket.binary(Buffer.alloc(600 * 1024))
  expect(socket.isPaused).toBe(true)
  expect(drained).toHaveBeenCalledOnce()

  keepUp()
  await expect.poll(() => socket.isPaused).toBe(false)
})

test('ending twice has no further effect, and nothing is posted after the end', () => {
  const { socket, port, end, onDidEnd } = setUp()

  end()
  end()
  socket.text('late')

  expect(port.posted).toEqual([{ type: 'closed', error: null }])
  expect(onDidEnd).toHaveBeenCalledOnce()
})
