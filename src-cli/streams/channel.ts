import type * as z from 'zod'
import { AppError, appError } from '#contract/app-error'
import { isUnknownKind, readForm } from '#contract/client/answer-form'
import { failureForm, forms, type StreamForm, streamForms } from '#contract/client/answer-forms'
import { type Address, linkError } from '#contract/client/transport'
import type { Streams } from '#contract/registry'
import type { WireError } from '#contract/wire-texts'
import { openStreamSocket, type StreamSocket } from './websocket/stream-socket.ts'

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
  const { socket, opened, ended } = follow(address, form, request, (bytes, isBinary) => {
    if (isBinary) handlers.onBytes?.(bytes)
    else readMessage(form, handlers, bytes.toString('utf8'))
  })
  return {
    opened,
    ended,
    send: (message) => socket.send(JSON.stringify(message)),
    // A socket that is closing has no use for input; `ended` has the reason why it closes.
    sendBytes: (bytes) => new Promise((resolve) => socket.send(bytes, resolve)),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    close: () => {
      // A paused socket would never read the other side's half of the closing.
      socket.resume()
      socket.close()
    },
  }
}

interface Followed {
  readonly socket: StreamSocket
  readonly opened: Promise<void>
  readonly ended: Promise<void>
}

/** Opens it, and turns what it reports into two promises. What `onData` throws ends it. */
function follow(
  address: Address,
  form: StreamForm,
  request: Readonly<Record<string, unknown>>,
  onData: (bytes: Buffer, isBinary: boolean) => void,
): Followed {
  const open = Promise.withResolvers<void>()
  const end = Promise.withResolvers<void>()
  let isOpen = false
  let failure: Error | undefined
  const fail = (error: unknown): void => {
    failure ??= error instanceof AppError ? error : linkError(error)
    socket.terminate()
  }
  const socket = openStreamSocket(address, form, request, {
    onOpen() {
      isOpen = true
      open.resolve()
    },
    onMessage(bytes, isBinary) {
      try {
        onData(bytes, isBinary)
      } catch (error) {
        fail(error)
      }
    },
    onRefused: (status, text) => fail(refusal(status, text)),
    onClosed(code, error) {
      const isPeaceful = code === 1000 || code === 1005
      if (!failure && !isPeaceful) failure = linkError(error ?? new Error(`The stream was closed with code ${code}.`))
      if (failure) end.reject(failure)
      else end.resolve()
      // Only where it is needed: the sentences of failures are read from a file.
      if (!isOpen) open.reject(failure ?? linkError(new Error('The stream was closed before it was open.')))
    },
  })
  // Whoever waits for one of the two hears of a failure; the other must not count as unhandled.
  open.promise.catch(() => undefined)
  end.promise.catch(() => undefined)
  return { socket, opened: open.promise, ended: end.promise }
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
