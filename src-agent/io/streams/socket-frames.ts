import type { RawData, WebSocket } from 'ws'
import type * as z from 'zod'
import { appError } from '#contract/app-error'
import { explainFailure } from '../../base/failures/machine-failure.ts'

/** Close code after a WireError was sent as the last text frame. */
export const failureCode = 4000
const normalCode = 1000

/** Sends frames and knows how much of them the other side has not taken yet. */
export interface FrameSender {
  message(value: object): void
  /** One binary frame of these parts, which must not be changed afterwards. */
  bytes(...parts: readonly Buffer[]): void
  /** Resolves when little is left to be taken, or the socket is closed. At once where that is so. */
  room(): Promise<void>
  /** Whether `room` would wait. */
  isFull(): boolean
  /** The last message, then a normal end. */
  finish(value: object): void
  /** Sends why it failed, and ends. */
  fail(error: unknown): void
}

const highBytes = 1024 * 1024
const lowBytes = 256 * 1024

/** The only sender on its socket: `ws` reports a frame that was taken, but not free space. */
export function createFrameSender(socket: WebSocket): FrameSender {
  let pending = 0
  const waiting = new Set<() => void>()
  const release = (): void => {
    for (const resolve of waiting) resolve()
    waiting.clear()
  }
  const send = (data: Buffer | string, binary: boolean): void => {
    if (socket.readyState !== socket.OPEN) return
    pending += data.length
    socket.send(data, { binary }, () => {
      pending -= data.length
      if (pending <= lowBytes) release()
    })
  }
  const message = (value: object): void => send(JSON.stringify(value), false)
  const isFull = (): boolean => pending > highBytes && socket.readyState === socket.OPEN
  socket.once('close', release)
  return {
    message,
    bytes: (...parts) => send(parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts), true),
    isFull,
    room: () => (isFull() ? new Promise((resolve) => waiting.add(resolve)) : Promise.resolve()),
    finish(value) {
      message(value)
      socket.close(normalCode)
    },
    fail(error) {
      const { wire } = explainFailure(error)
      message(wire)
      // A control frame holds 125 bytes; the message has been sent already.
      socket.close(failureCode, wire.reason)
    },
  }
}

/** The bytes of a frame, in one piece. */
export function frameBytes(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data)
}

/** Parses a control message of the client; throws `invalidRequest` with what is wrong. */
export function parseControl<Schema extends z.ZodType>(schema: Schema, data: RawData): z.output<Schema> {
  const parsed = schema.safeParse(parseJson(frameBytes(data).toString('utf8')))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const where = issue?.path.length ? `${issue.path.join('.')}: ` : ''
  throw appError(
    'message-not-valid',
    { what: 'field', where, problem: issue?.message ?? 'unknown' },
    { detail: parsed.error.message },
  )
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The end of a connection as a signal, with a listener for errors, which `ws` would otherwise throw. */
export function closedSignal(socket: WebSocket): AbortSignal {
  const controller = new AbortController()
  socket.on('error', () => {})
  if (socket.readyState === socket.CLOSED) controller.abort()
  else socket.once('close', () => controller.abort())
  return controller.signal
}
