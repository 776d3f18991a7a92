import type { Writable } from 'node:stream'
import type { WebSocket } from 'ws'

/** Stops and starts the reading of a socket. */
export interface ReadingGate {
  hold(): void
  release(): void
}

const pingMs = 1_000

/** A socket that is not read does not see its other side go either, so meanwhile it is pinged: that fails then. */
export function createReadingGate(socket: WebSocket): ReadingGate {
  let pings: NodeJS.Timeout | undefined
  const stopPings = (): void => {
    clearInterval(pings)
    pings = undefined
  }
  socket.once('close', stopPings)
  return {
    hold() {
      if (pings || socket.readyState !== socket.OPEN) return
      socket.pause()
      pings = setInterval(() => socket.ping(), pingMs)
    },
    release() {
      if (!pings) return
      stopPings()
      socket.resume()
    },
  }
}

/** Input that nobody has taken yet; beyond it the client's socket is not read. */
const maxWaitingBytes = 1024 * 1024

/** Feeds what a client sends into a stream. What comes after the stream's end is dropped. */
export function createInputFeed(gate: ReadingGate, target: Writable): (bytes: Buffer) => void {
  // A program may end, or close its input, without reading it.
  target.on('error', () => {})
  target.on('drain', () => gate.release())
  target.once('close', () => gate.release())
  return (bytes) => {
    if (!target.writable) return
    target.write(bytes)
    if (target.writableLength > maxWaitingBytes) gate.hold()
  }
}
