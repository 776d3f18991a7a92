import type * as z from 'zod'
import { channels, type PortDown, type PortUp } from '#contract/app'
import { AppError, appError } from '#contract/app-error'
import type { Stream } from '#contract/operation'
import { isUnknownKind, parseAnswer } from '#contract/tolerant'
import { badAnswer, unwrapReply } from './call.ts'
import { newId } from './model/new-id.ts'

export interface StreamHandlers<Down> {
  readonly onMessage: (message: Down) => void
  readonly onBytes?: (bytes: Uint8Array<ArrayBuffer>) => void
  /** A message of a kind that only a later version knows; passed over where absent. */
  readonly onUnknown?: (message: unknown) => void
  /** Called once, unless this side closed. Null: the other side ended in good order. */
  readonly onClosed: (error: AppError | null) => void
}

export interface StreamHandle<Up> {
  send(message: Up): void
  sendBytes(bytes: Uint8Array<ArrayBuffer>): void
  /** No handler is called after this. */
  close(): void
}

/** The page's only door for streams. Answers at once; what is sent before the port is there waits. */
export function follow<Req extends z.ZodObject, Up extends z.ZodType, Down extends z.ZodType>(
  stream: Stream<Req, Up, Down>,
  request: z.input<Req>,
  handlers: StreamHandlers<z.output<Down>>,
): StreamHandle<z.input<Up>> {
  const waiting: PortUp[] = []
  let port: MessagePort | null = null
  let done = false

  const end = (error: AppError | null): void => {
    if (done) return
    done = true
    port?.close()
    handlers.onClosed(error)
  }
  const post = (message: PortUp): void => {
    if (done) return
    if (port) port.postMessage(message)
    else waiting.push(message)
  }

  requestPort(stream.name, stream.request.parse(request)).then(
    (opened) => {
      if (done) return abandon(opened)
      port = opened
      opened.onmessage = (event: MessageEvent<PortDown>) => receive(stream, event.data, handlers, end)
      for (const message of waiting.splice(0)) opened.postMessage(message)
    },
    (error: unknown) => end(AppError.from(error)),
  )

  return {
    send: (message) => post({ type: 'text', text: JSON.stringify(message) }),
    sendBytes: (bytes) => post({ type: 'binary', bytes }),
    close: () => {
      if (done) return
      done = true
      if (port) abandon(port)
    },
  }
}

function receive<Down extends z.ZodType>(
  stream: Stream<z.ZodObject, z.ZodType, Down>,
  message: PortDown,
  handlers: StreamHandlers<z.output<Down>>,
  end: (error: AppError | null) => void,
): void {
  if (message.type === 'binary') return handlers.onBytes?.(message.bytes)
  if (message.type === 'closed') return end(message.error ? new AppError(message.error) : null)
  const raw = parseJson(message.text)
  const parsed = parseAnswer(stream.down, raw)
  if (parsed.success) handlers.onMessage(parsed.data)
  else if (isUnknownKind(parsed.error)) handlers.onUnknown?.(raw)
  else end(badAnswer(stream.name, parsed.error))
}

function abandon(port: MessagePort): void {
  port.postMessage({ type: 'close' } satisfies PortUp)
  port.close()
}

/** Asks preload for a port and waits for the message that brings it, which may come before or after the reply. */
async function requestPort(name: string, request: unknown): Promise<MessagePort> {
  const id = newId()
  const arrival = awaitPort(id)
  try {
    unwrapReply(name, await window.joey.open(name, request, id))
    return await arrival.port
  } finally {
    arrival.stop()
  }
}

const portDeadlineMs = 10_000

function awaitPort(id: string): { readonly port: Promise<MessagePort>; readonly stop: () => void } {
  let stop = (): void => undefined
  const port = new Promise<MessagePort>((resolve, reject) => {
    const onMessage = (event: MessageEvent<unknown>): void => {
      if (event.source !== window || event.origin !== location.origin || !isPortMessage(event.data, id)) return
      const [first] = event.ports
      if (first) resolve(first)
    }
    const late = (): void => reject(appError('stream-timeout'))
    const timer = setTimeout(late, portDeadlineMs)
    window.addEventListener('message', onMessage)
    stop = () => {
      clearTimeout(timer)
      window.removeEventListener('message', onMessage)
    }
  })
  return { port, stop: () => stop() }
}

function isPortMessage(data: unknown, id: string): boolean {
  if (typeof data !== 'object' || data === null) return false
  const message = data as { channel?: unknown; id?: unknown }
  return message.channel === channels.port && message.id === id
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
