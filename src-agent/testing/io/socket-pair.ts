import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { WebSocket, WebSocketServer } from 'ws'

export interface Frame {
  readonly bytes?: Buffer
  // oxlint-disable-next-line typescript/no-explicit-any -- a test looks at any message
  readonly message?: any
}

/** A client that keeps what it gets, connected over a real unix socket to whatever serves. */
export interface TestClient {
  readonly socket: WebSocket
  readonly frames: Frame[]
  /** Resolves with the close code. */
  readonly closed: Promise<number>
  send(message: object | Buffer): void
  /** Resolves with the first frame, now or later, of which this is true. */
  until(matches: (frame: Frame, all: readonly Frame[]) => boolean, timeoutMs?: number): Promise<Frame>
  /** Bytes so far; of one stream where frames carry a stream byte. */
  bytes(streamByte?: number): Buffer
}

/** Serves each connection by `serve`. */
export async function connect(serve: (socket: WebSocket) => unknown): Promise<TestClient> {
  const path = join(tmpdir(), `jy-${randomBytes(6).toString('hex')}.sock`)
  const http = createServer()
  const server = new WebSocketServer({ server: http, perMessageDeflate: false, maxPayload: 32 * 1024 * 1024 })
  server.on('connection', serve)
  await new Promise<void>((resolve) => http.listen(path, resolve))
  const socket = new WebSocket(`ws+unix://${path}:/`, { perMessageDeflate: false })
  const client = createClient(socket)
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
  socket.once('close', () => {
    server.close()
    http.close()
    rmSync(path, { force: true })
  })
  return client
}

function createClient(socket: WebSocket): TestClient {
  const frames: Frame[] = []
  const waiting = new Set<() => void>()
  const notify = (): void => {
    for (const check of waiting) check()
  }
  socket.on('message', (data, isBinary) => {
    frames.push(isBinary ? { bytes: data as Buffer } : { message: JSON.parse((data as Buffer).toString('utf8')) })
    notify()
  })
  const closed = new Promise<number>((resolve) => {
    socket.once('close', (code) => {
      resolve(code)
      notify()
    })
  })
  return {
    socket,
    frames,
    closed,
    send: (message) => socket.send(Buffer.isBuffer(message) ? message : JSON.stringify(message)),
    until: (matches, timeoutMs = 15_000) =>
      new Promise((resolve, reject) => {
        const finish = (act: () => void): void => {
          clearTimeout(timer)
          waiting.delete(check)
          act()
        }
        let seen = 0
        const check = (): void => {
          const found = frames.slice(seen).find((frame) => matches(frame, frames))
          seen = frames.length
          if (found) finish(() => resolve(found))
          else if (socket.readyState === socket.CLOSED) finish(() => reject(new Error(`Closed. ${describe(frames)}`)))
        }
        const timer = setTimeout(() => finish(() => reject(new Error(`Too late. ${describe(frames)}`))), timeoutMs)
        waiting.add(check)
        check()
      }),
    bytes: (streamByte) =>
      Buffer.concat(
        frames.flatMap(({ bytes }) => {
          if (!bytes) return []
          if (streamByte === undefined) return [bytes]
          return bytes[0] === streamByte ? [bytes.subarray(1)] : []
        }),
      ),
  }
}

function describe(frames: readonly Frame[]): string {
  return frames
    .slice(-5)
    .map(({ bytes, message }) => (bytes ? `<${bytes.length}> ${bytes.subarray(-200)}` : JSON.stringify(message)))
    .join(' | ')
}
