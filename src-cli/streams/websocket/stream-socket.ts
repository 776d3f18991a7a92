import { connect, type Socket } from 'node:net'
import type { Address } from '#contract/client/transport'
import { fillPath, toQuery } from '#contract/operation'
import { createMessageReader, type Message } from './message-reader.ts'

/** What an open stream tells. `onClosed` comes once, and last. */
export interface StreamListener {
  onOpen(): void
  onMessage(bytes: Buffer, isBinary: boolean): void
  /** The agent has answered, and not by opening the stream. */
  onRefused(status: number, text: string): void
  /** The code of RFC 6455, section 7.4; 1005 where none was given, 1006 where the connection was lost. */
  onClosed(code: number, error?: Error): void
}

/** One stream of the agent: a WebSocket over its unix socket. */
export interface StreamSocket {
  /** What is sent before it is open, or after it was closed, is dropped. Calls `done` when it is out of this process's memory, or dropped. */
  send(data: string | Uint8Array, done?: () => void): void
  /** Nothing where it is not open yet. */
  pause(): void
  resume(): void
  /** In peace: what the agent still sends is read until it closes as well. */
  close(): void
  terminate(): void
}

const mostMessageBytes = 32 * 1024 * 1024
const mostAnswerBytes = 64 * 1024
const closingMs = 30_000
const noCode = 1005
const lostCode = 1006
const normalCode = 1000
const opcodes = { text: 1, binary: 2, close: 8, pong: 10 } as const

/**
 * Opens a declared stream, as `openStream` does by the library ws. The command line has its own reading of RFC 6455, because to
 * load ws, and node:http and node:crypto for it, takes a fifth of the time of a short command.
 */
export function openStreamSocket(
  { socketPath }: Address,
  { path: template }: { readonly path: string },
  request: Readonly<Record<string, unknown>>,
  listener: StreamListener,
): StreamSocket {
  const { path, rest } = fillPath(template, request)
  const socket = connect(socketPath)
  let frames: Frames | null = null
  let failure: Error | undefined
  socket.on('error', (error) => {
    failure = error
  })
  socket.on('close', () => listener.onClosed(frames?.code() ?? lostCode, failure))
  readAnswerHead(socket, (head, after) => {
    if (!head.startsWith('HTTP/1.1 101 ')) return refuse(socket, head, after, listener)
    frames = exchangeFrames(socket, listener.onMessage)
    listener.onOpen()
    frames.read(after)
  })
  socket.write(upgradeRequest(path + toQuery(rest)))
  return {
    send(data, done) {
      if (frames) frames.send(data, done)
      else done?.()
    },
    pause: () => frames?.pause(),
    resume: () => frames?.resume(),
    close() {
      if (frames) frames.close()
      else socket.destroy()
    },
    terminate: () => void socket.destroy(),
  }
}

/** The frames on a connection that has been opened. */
interface Frames extends Pick<StreamSocket, 'send' | 'pause' | 'resume' | 'close'> {
  /** Bytes that have come. */
  read(bytes: Buffer): void
  /** With which code the other side has closed it. */
  code(): number
}

function exchangeFrames(socket: Socket, onMessage: StreamListener['onMessage']): Frames {
  const reader = createMessageReader(mostMessageBytes)
  let isClosing = false
  let isPaused = false
  let code = lostCode
  const accept = ({ kind, bytes }: Message): void => {
    if (kind === 'text' || kind === 'binary') onMessage(bytes, kind === 'binary')
    else if (kind === 'ping') writeFrame(socket, opcodes.pong, bytes)
    else if (kind === 'close') {
      code = bytes.length >= 2 ? bytes.readUInt16BE() : noCode
      if (!isClosing) writeFrame(socket, opcodes.close, bytes.subarray(0, 2))
      socket.end()
    }
  }
  const read = (bytes: Buffer): void => {
    try {
      reader.push(bytes)
      while (!isPaused && !socket.destroyed) {
        const message = reader.next()
        if (message === null) return
        accept(message)
      }
    } catch (error) {
      socket.destroy(error as Error)
    }
  }
  socket.on('data', read)
  return {
    read,
    code: () => code,
    send(data, done) {
      if (isClosing || socket.destroyed) done?.()
      else if (typeof data === 'string') writeFrame(socket, opcodes.text, Buffer.from(data), done)
      else writeFrame(socket, opcodes.binary, data, done)
    },
    pause() {
      isPaused = true
      socket.pause()
    },
    resume() {
      isPaused = false
      socket.resume()
      read(Buffer.alloc(0))
    },
    close() {
      if (isClosing) return
      isClosing = true
      writeFrame(socket, opcodes.close, Buffer.from([normalCode >> 8, normalCode & 255]))
      setTimeout(() => socket.destroy(), closingMs).unref()
    },
  }
}

function upgradeRequest(path: string): string {
  // The key keeps caches from answering for a server; between these two there is none, and nothing reads the answer to it.
  const headers = ['host: joey', 'connection: Upgrade', 'upgrade: websocket', 'sec-websocket-version: 13']
  return `${[`GET ${path} HTTP/1.1`, ...headers, 'sec-websocket-key: am9leS1qb2V5LWpvZXktIQ=='].join('\r\n')}\r\n\r\n`
}

const endOfHead = Buffer.from('\r\n\r\n')

/** Once the head of the answer is there: it, and what came after it. */
function readAnswerHead(socket: Socket, onHead: (head: string, after: Buffer) => void): void {
  let read = Buffer.alloc(0)
  const onData = (bytes: Buffer): void => {
    read = Buffer.concat([read, bytes])
    const end = read.indexOf(endOfHead)
    if (end < 0) {
      if (read.length > mostAnswerBytes) socket.destroy(new Error('The answer is too large.'))
      return
    }
    socket.off('data', onData)
    onHead(read.subarray(0, end).toString('latin1'), read.subarray(end + endOfHead.length))
  }
  socket.on('data', onData)
}

/** Reads the rest of an answer that is none of a stream: as long as it says, or to the end of the connection. */
function refuse(socket: Socket, head: string, first: Buffer, { onRefused }: StreamListener): void {
  const status = Number(/^HTTP\/1\.[01] ([0-9]{3})/.exec(head)?.[1] ?? 0)
  const length = Number(/\r\ncontent-length: *([0-9]+)/i.exec(head)?.[1] ?? mostAnswerBytes)
  let read = first
  let isTold = false
  const tell = (): void => {
    if (isTold) return
    isTold = true
    onRefused(status, read.subarray(0, length).toString('utf8'))
    socket.destroy()
  }
  const readOn = (bytes: Buffer): void => {
    read = Buffer.concat([read, bytes])
    if (read.length >= Math.min(length, mostAnswerBytes)) tell()
  }
  socket.on('data', readOn)
  socket.on('end', tell)
  readOn(Buffer.alloc(0))
}

function writeFrame(socket: Socket, opcode: number, bytes: Uint8Array, done?: () => void): void {
  socket.cork()
  socket.write(frameHead(opcode, bytes.length))
  socket.write(bytes, done)
  socket.uncork()
}

/** A client masks what it sends; with a mask of zeros that leaves it as it is. */
function frameHead(opcode: number, length: number): Buffer {
  const more = length < 126 ? 0 : length < 65536 ? 2 : 8
  const head = Buffer.alloc(2 + more + 4)
  head[0] = 0x80 | opcode
  head[1] = 0x80 | (more === 0 ? length : more === 2 ? 126 : 127)
  if (more === 2) head.writeUInt16BE(length, 2)
  if (more === 8) head.writeBigUInt64BE(BigInt(length), 2)
  return head
}
