import type { RawData } from 'ws'
import type * as z from 'zod'
import { AppError, appError, WireError } from '#contract/app-error'
import { openStream } from '#contract/client/open-stream'
import { type Address, linkError } from '#contract/client/transport'
import type { Stream } from '#contract/operation'

/** One open stream of the agent: messages and bytes in both directions, with flow control. */
export interface Channel<S extends Stream> {
  readonly opened: Promise<void>
  /** Resolves when either side has closed it in peace; rejects with the agent's error, or when the agent is lost. */
  readonly ended: Promise<void>
  send(message: z.input<S['up']>): void
  /** Resolves when the bytes are out of this process's memory. */
  sendBytes(bytes: Uint8Array): Promise<void>
  pause(): void
  resume(): void
  close(): void
}

export interface ChannelHandlers<S extends Stream> {
  readonly onMessage: (message: z.output<S['down']>) => void
  readonly onBytes?: (bytes: Buffer) => void
}

/** Opens a declared stream. Every message is checked before a handler sees it. */
export function openChannel<S extends Stream>(
  address: Address,
  declaration: S,
  request: z.input<S['request']>,
  handlers: ChannelHandlers<S>,
): Channel<S> {
  const socket = openStream(address, declaration, request)
  const { opened, ended } = follow(socket, (data, isBinary) => {
    const bytes = toBuffer(data)
    if (isBinary) handlers.onBytes?.(bytes)
    else handlers.onMessage(readMessage(declaration, bytes.toString('utf8')))
  })
  return {
    opened,
    ended,
    send: (message) => {
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message))
    },
    sendBytes: (bytes) =>
      new Promise((resolve) => {
        // A socket that is closing has no use for input; `ended` tells why it closes.
        if (socket.readyState === socket.OPEN) socket.send(bytes, { binary: true }, () => resolve())
        else resolve()
      }),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    close: () => {
      // A paused socket would never read the other side's half of the closing.
      socket.resume()
      socket.close()
    },
  }
}

type Socket = ReturnType<typeof openStream>

function follow(
  socket: Socket,
  onData: (data: RawData, isBinary: boolean) => void,
): { readonly opened: Promise<void>; readonly ended: Promise<void> } {
  let failure: Error | undefined
  const fail = (error: unknown): void => {
    failure ??= error instanceof AppError ? error : linkError(error)
    socket.terminate()
  }
  socket.on('message', (data, isBinary) => {
    try {
      onData(data, isBinary)
    } catch (error) {
      fail(error)
    }
  })
  socket.on('error', (error) => {
    failure ??= linkError(error)
  })
  socket.on('unexpected-response', (_request, response) => {
    const chunks: Buffer[] = []
    response.on('data', (chunk: Buffer) => chunks.push(chunk))
    response.on('end', () => fail(refusal(response.statusCode ?? 0, Buffer.concat(chunks).toString('utf8'))))
    response.on('error', fail)
  })
  const ended = new Promise<void>((resolve, reject) => {
    socket.on('close', (code) => {
      if (failure) reject(failure)
      else if (code === 1000 || code === 1005) resolve()
      else reject(linkError(new Error(`The stream was closed with code ${code}.`)))
    })
  })
  const opened = new Promise<void>((resolve, reject) => {
    socket.on('open', () => resolve())
    ended.then(() => reject(linkError(new Error('The stream was closed before it was open.'))), reject)
  })
  // Whoever waits for one of the two hears of a failure; the other must not count as unhandled.
  opened.catch(() => undefined)
  ended.catch(() => undefined)
  return { opened, ended }
}

function toBuffer(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data)
}

/** A message of the stream, or the error that the agent sends before it closes. */
function readMessage<S extends Stream>(declaration: S, text: string): z.output<S['down']> {
  const raw = parseJson(text)
  const message = declaration.down.safeParse(raw)
  if (message.success) return message.data as z.output<S['down']>
  const error = WireError.safeParse(raw)
  if (error.success) throw new AppError(error.data)
  throw appError('internal', 'answer-not-valid', notUnderstood, {
    detail: `${declaration.name}: ${text.slice(0, 500)}`,
  })
}

function refusal(status: number, text: string): AppError {
  const error = WireError.safeParse(parseJson(text))
  if (error.success) return new AppError(error.data)
  const message = `The agent refused the stream with status ${status}.`
  return appError('internal', 'answer-not-valid', message, { detail: text.slice(0, 500) })
}

const notUnderstood = 'The agent sent something that this version does not understand. Restart the agent.'

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
