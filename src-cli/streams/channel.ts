import type { RawData } from 'ws'
import type * as z from 'zod'
import { AppError, appError } from '#contract/app-error'
import { isUnknownKind, readForm } from '#contract/client/answer-form'
import { failureForm, forms, type StreamForm, streamForms } from '#contract/client/answer-forms'
import { openStream } from '#contract/client/open-stream'
import { type Address, linkError } from '#contract/client/transport'
import type { Streams } from '#contract/registry'
import type { WireError } from '#contract/wire-texts'

/** The name of a stream that is declared. */
export type StreamKey = keyof Streams

/** One open stream of the agent: messages and bytes in both directions, with flow control. */
export interface Channel<K extends StreamKey> {
  readonly opened: Promise<void>
  /** Resolves when either side has closed it in peace; rejects with the agent's error, or when the agent is lost. */
  readonly ended: Promise<void>
  send(message: z.input<Streams[K]['up']>): void
  /** Resolves when the bytes are out of this process's memory. */
  sendBytes(bytes: Uint8Array): Promise<void>
  pause(): void
  resume(): void
  close(): void
}

export interface ChannelHandlers<K extends StreamKey> {
  readonly onMessage: (message: z.output<Streams[K]['down']>) => void
  readonly onBytes?: (bytes: Buffer) => void
  /** A message of a kind that only a later version knows; passed over where absent. */
  readonly onUnknown?: (message: unknown) => void
}

/** Opens a declared stream. Every message is checked before a handler sees it. */
export function openChannel<K extends StreamKey>(
  address: Address,
  key: K,
  request: z.input<Streams[K]['request']>,
  handlers: ChannelHandlers<K>,
): Channel<K> {
  const form = streamForms[key]
  const socket = openStream(address, form, request)
  const { opened, ended } = follow(socket, (data, isBinary) => {
    const bytes = toBuffer(data)
    if (isBinary) handlers.onBytes?.(bytes)
    else readMessage(form, handlers, bytes.toString('utf8'))
  })
  return {
    opened,
    ended,
    send: (message) => {
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message))
    },
    sendBytes: (bytes) =>
      new Promise((resolve) => {
        // A socket that is closing has no use for input; `ended` has the reason why it closes.
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
  let isOpen = false
  const opened = new Promise<void>((resolve, reject) => {
    socket.on('open', () => {
      isOpen = true
      resolve()
    })
    // Only where it is needed: the sentences of failures are read from a file.
    const tooEarly = (): void => {
      if (!isOpen) reject(linkError(new Error('The stream was closed before it was open.')))
    }
    ended.then(tooEarly, reject)
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

/** Hands on a message of the stream, or throws the error that the agent sends before it closes. */
function readMessage<K extends StreamKey>(
  { name, down }: StreamForm,
  handlers: ChannelHandlers<K>,
  text: string,
): void {
  const raw = parseJson(text)
  const message = readOr(down, raw)
  if (message) return handlers.onMessage(message.value as z.output<Streams[K]['down']>)
  const error = readOr(failureForm, raw)
  if (error) throw new AppError(error.value as WireError)
  if (isUnknownKind(forms, down, raw)) return handlers.onUnknown?.(raw)
  throw appError('answer-not-valid', { what: 'stream' }, { detail: `${name}: ${text.slice(0, 500)}` })
}

function refusal(status: number, text: string): AppError {
  const error = readOr(failureForm, parseJson(text))
  if (error) return new AppError(error.value as WireError)
  return appError('answer-not-valid', { what: 'refused', status }, { detail: text.slice(0, 500) })
}

function readOr(form: number, raw: unknown): { readonly value: unknown } | null {
  try {
    return { value: readForm(forms, form, raw) }
  } catch {
    return null
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
