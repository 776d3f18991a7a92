import { randomBytes } from 'node:crypto'
import { createConnection, type Socket } from 'node:net'
import { ProtocolViolation } from './fields.ts'
import { createFrameReader, encodeGreeting, encodeMessage, type Frame } from './frames.ts'
import { type GuestFailure, guestGone, guestSilent, messageTooLarge } from './guest-errors.ts'
import { decodeFailure } from './guest-messages.ts'
import { limits, toHost } from './protocol.ts'

/** Whoever waits for frames of one session number. */
export interface Listener {
  /** Throws {@link ProtocolViolation} where the guest breaks the rules; the link is then closed. */
  onFrame(frame: Frame): void
  onClosed(error: Error): void
}

/** The open socket, and who listens to which session. Knows frames, but not what is in them. */
export interface GuestLink {
  /** A number that was never used on this link. */
  nextNumber(): number
  listen(session: number, listener: Listener): void
  forget(session: number): void
  /** Rejects payloads that no guest would take by throwing. A closed link drops what is request. */
  send(type: number, session: number, payload?: Uint8Array): void
  readonly closed: Promise<void>
  close(): void
}

const greetingMs = 60_000

/** Connects and greets; `hello` is the guest's answer. What comes later for session 0 goes to `onMain`. */
export async function openLink(
  socketPath: string,
  signal: AbortSignal,
  onMain: (frame: Frame) => void,
): Promise<{ link: GuestLink; hello: Buffer }> {
  signal.throwIfAborted()
  const socket = createConnection(socketPath)
  const nonce = randomBytes(limits.NONCE_BYTES)
  const state = createState(socket)
  const hello = await new Promise<Buffer>((resolve, reject) => {
    const timer = setTimeout(() => state.fail(guestSilent()), greetingMs)
    const abort = () => state.fail(signal.reason instanceof Error ? signal.reason : guestGone())
    const settled = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', abort)
    }
    signal.addEventListener('abort', abort, { once: true })
    state.listeners.set(0, {
      onFrame: ({ type, payload }) => {
        if (type !== toHost.HELLO) throw new ProtocolViolation('The guest does not begin with its greeting.')
        settled()
        state.listeners.set(0, { onFrame: onMain, onClosed: () => {} })
        resolve(payload.subarray(limits.NONCE_BYTES))
      },
      onClosed: (error) => {
        settled()
        reject(error)
      },
    })
    socket.once('connect', () => socket.write(encodeGreeting(nonce)))
    listenToSocket(socket, state, nonce)
  })
  return { link: createLink(socket, state), hello }
}

interface LinkState {
  readonly listeners: Map<number, Listener>
  readonly closed: Promise<void>
  lastNumber: number
  isClosed: boolean
  dispatch(frame: Frame): void
  /** Ends the link; everybody who listens gets the reason. The first reason counts. */
  fail(error: Error): void
}

function createState(socket: Socket): LinkState {
  const { promise: closed, resolve } = Promise.withResolvers<void>()
  const listeners = new Map<number, Listener>()
  const state: LinkState = {
    listeners,
    closed,
    lastNumber: 0,
    isClosed: false,
    dispatch(frame) {
      if (state.isClosed) return
      const listener = listeners.get(frame.session)
      if (listener !== undefined) listener.onFrame(frame)
      // The late answer to a question that nobody waits for any more is dropped; a number that was never used is not.
      else if (frame.session > state.lastNumber) throw new ProtocolViolation('The guest speaks of an unknown session.')
    },
    fail(error) {
      if (state.isClosed) return
      state.isClosed = true
      socket.destroy()
      const informed = [...listeners.values()]
      listeners.clear()
      for (const listener of informed) listener.onClosed(error)
      resolve()
    },
  }
  return state
}

function listenToSocket(socket: Socket, state: LinkState, nonce: Uint8Array): void {
  const read = createFrameReader(nonce, state.dispatch)
  socket.on('data', (chunk) => {
    try {
      read(chunk)
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error
      state.fail(guestGone(error.message))
    }
  })
  socket.once('error', (error) => state.fail(guestGone(error.message)))
  socket.once('close', () => state.fail(guestGone()))
}

function createLink(socket: Socket, state: LinkState): GuestLink {
  return {
    nextNumber() {
      state.lastNumber += 1
      return state.lastNumber
    },
    listen(session, listener) {
      if (state.isClosed) listener.onClosed(guestGone())
      else state.listeners.set(session, listener)
    },
    forget: (session) => void state.listeners.delete(session),
    send(type, session, payload) {
      if ((payload?.length ?? 0) > limits.MESSAGE_MAX) throw messageTooLarge()
      if (!state.isClosed) socket.write(encodeMessage(type, session, payload))
    },
    closed: state.closed,
    close: () => state.fail(guestGone()),
  }
}

/** What a request waits for, and how its answers are read. */
export interface GuestRequest<T> {
  readonly type: number
  readonly payload?: Uint8Array
  readonly timeoutMs: number
  /** The type of the good answer. */
  readonly answer: number
  readonly read: (payload: Buffer) => T
  /** What a refusal of the guest means here. */
  readonly failed: (failure: GuestFailure) => Error
}

/** Sends a request and waits for its answer, the first frame with its number. */
export function sendRequest<T>(link: GuestLink, request: GuestRequest<T>): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const number = link.nextNumber()
  const timer = setTimeout(() => end(() => reject(guestSilent())), request.timeoutMs)
  const end = (settle: () => void) => {
    clearTimeout(timer)
    link.forget(number)
    settle()
  }
  link.listen(number, {
    onFrame: (frame) => {
      const answer = readAnswer(frame, request)
      end(() => (answer.ok ? resolve(answer.value) : reject(request.failed(answer.failure))))
    },
    onClosed: (error) => end(() => reject(error)),
  })
  try {
    link.send(request.type, number, request.payload)
  } catch (error) {
    end(() => reject(error))
  }
  return promise
}

type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: GuestFailure }

function readAnswer<T>({ type, payload }: Frame, { answer, read }: GuestRequest<T>): Answer<T> {
  if (type === answer) return { ok: true, value: read(payload) }
  if (type === toHost.FAILED) return { ok: false, failure: decodeFailure(payload) }
  throw new ProtocolViolation('The guest gave an answer to another request.')
}
