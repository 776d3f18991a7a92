import type { RawData, WebSocket } from 'ws'
import type { PortDown } from '#contract/app'
import { type AppError, appError, type WireError } from '#contract/app-error'
import { linkError } from '#contract/client/transport'
import { readPortUp } from './port-message.ts'
import { readWireError } from './until-open.ts'

/** Sent towards the page without a sign that it has kept up; then reading stops until there is one. */
const mostUnansweredBytes = 1024 * 1024
/** Typed or pasted input that the agent has not taken yet. */
const mostWaitingInput = 16 * 1024 * 1024
/** How the agent ends a stream that failed; its error was the text before. */
const failedCode = 4000
/** Ends as agreed: normal, and without a code. */
const plainCodes: readonly number[] = [1000, 1005]

/** The part of Electron's MessagePortMain that a bridge uses. */
export interface BridgePort {
  postMessage(message: PortDown): void
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown
  on(event: 'close', listener: () => void): unknown
  start(): void
  close(): void
}

export interface BridgeDeps {
  readonly socket: WebSocket
  readonly port: BridgePort
  /** Whether the page may send anything at all on this stream. */
  readonly mayWrite: boolean
  /** Resolves when the page has worked off what it was sent; null where the stream's own protocol bounds it. */
  readonly drained: (() => Promise<void>) | null
  /** Once, whichever side ended it; `lost` when the link to the agent broke. */
  readonly onDidEnd: (end: { readonly lost: boolean }) => void
}

/**
 * Carries frames between a stream of the agent and a page's port without looking into them. Either side's end ends the
 * other. Returns its own undo, which may be called again without effect.
 */
export function bridgeStream(deps: BridgeDeps): () => void {
  const { socket, port, drained } = deps
  let failure: AppError | undefined
  let hasEnded = false
  const end = (error: WireError | null, lost = false): void => {
    if (hasEnded) return
    hasEnded = true
    port.postMessage({ type: 'closed', error })
    port.close()
    // Not close(): a peer that is stuck would keep the socket for the 30 s of the closing handshake.
    socket.terminate()
    deps.onDidEnd({ lost })
  }
  const passDown = createGate(socket, drained)

  socket.on('message', (data, isBinary) => {
    if (hasEnded) return
    const message = toMessage(data, isBinary)
    failure = message.type === 'text' ? readFailure(message.text) : undefined
    if (failure) return // it is the reason of the close that follows, not a message of the stream
    port.postMessage(message)
    passDown(message.type === 'text' ? message.text.length : message.bytes.byteLength)
  })
  socket.on('error', (error) => end(linkErrorWire(error), true))
  socket.on('close', (code, reason) => {
    if (failure) end(failure.wire)
    else if (plainCodes.includes(code)) end(null)
    else end(linkErrorWire(new Error(`closed with code ${code} ${reason.toString()}`.trim())), code !== failedCode)
  })
  port.on('message', ({ data }) => {
    if (!hasEnded) passUp(deps, data, end)
  })
  port.on('close', () => end(null))
  port.start()
  return () => end(null)
}

function passUp({ socket, mayWrite }: BridgeDeps, data: unknown, end: (error: WireError | null) => void): void {
  const message = readPortUp(data)
  if (message?.type === 'close') return end(null)
  if (!message || !mayWrite) {
    const detail = `not a message of this stream: ${typeof data}`
    return end(appError('request-not-valid', { what: 'stream' }, { detail }).wire)
  }
  if (socket.readyState !== socket.OPEN) return
  socket.send(message.type === 'text' ? message.text : message.bytes)
  if (socket.bufferedAmount > mostWaitingInput) {
    end(appError('input-too-fast').wire)
  }
}

/** Counts what goes to the page and stops reading from the agent while the page has not kept up. */
function createGate(socket: WebSocket, drained: (() => Promise<void>) | null): (bytes: number) => void {
  let unanswered = 0
  let isWaiting = false
  return (bytes) => {
    if (!drained) return
    unanswered += bytes
    if (unanswered < mostUnansweredBytes || isWaiting) return
    isWaiting = true
    socket.pause()
    const goOn = (): void => {
      isWaiting = false
      unanswered = 0
      socket.resume()
    }
    drained().then(goOn, goOn)
  }
}

/** Every other text frame of the agent starts with another field, so most are not even parsed. */
function readFailure(text: string): AppError | undefined {
  return text.startsWith('{"code"') ? readWireError(text) : undefined
}

const asBuffer = (data: Buffer | ArrayBuffer): Buffer => (data instanceof ArrayBuffer ? Buffer.from(data) : data)

function toMessage(data: RawData, isBinary: boolean): Extract<PortDown, { type: 'text' | 'binary' }> {
  const buffer = Array.isArray(data) ? Buffer.concat(data) : asBuffer(data)
  if (!isBinary) return { type: 'text', text: buffer.toString('utf8') }
  // A copy of exactly the frame: a view into a larger buffer would be cloned with all of that buffer.
  return { type: 'binary', bytes: new Uint8Array(buffer) }
}

function linkErrorWire(error: unknown): WireError {
  return (linkError(error) as AppError).wire
}
