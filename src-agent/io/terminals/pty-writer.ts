import { writeSync } from 'node:fs'
import type { Socket } from 'node:net'

export interface PtyWriter {
  write(bytes: Buffer): void
  /** Bytes that the terminal has not taken yet. */
  unwritten(): number
  /** Called when little is left, or nobody is there to take it. */
  onDrain(listener: () => void): void
}

const retryMs = 10
const littleBytes = 64 * 1024

/**
 * Writes to a terminal without waiting for it. Node's stream for the controlling side of a terminal writes in blocking
 * mode (libuv cannot reopen that side): a guest that does not read would stop the whole agent. The descriptor itself
 * is non-blocking, node-pty opens it so. It is written to at once and never in the background, because the number may
 * belong to another file as soon as the stream is closed.
 */
export function createPtyWriter(descriptor: number, stream: Socket): PtyWriter {
  let waiting: Buffer[] = []
  let size = 0
  let timer: NodeJS.Timeout | undefined
  let onDrain = (): void => {}

  const drop = (): void => {
    clearTimeout(timer)
    timer = undefined
    waiting = []
    size = 0
    onDrain()
  }
  const flush = (): void => {
    timer = undefined
    const before = size
    try {
      for (let first = waiting[0]; first; first = waiting[0]) {
        if (stream.destroyed) return drop()
        const written = writeSync(descriptor, first)
        size -= written
        if (written === first.length) waiting.shift()
        else waiting[0] = first.subarray(written)
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return drop()
      timer = setTimeout(flush, retryMs)
    }
    if (before > 0 && size <= littleBytes) onDrain()
  }
  stream.once('close', drop)
  return {
    write(bytes) {
      if (stream.destroyed || bytes.length === 0) return
      waiting.push(bytes)
      size += bytes.length
      if (timer === undefined) flush()
    },
    unwritten: () => size,
    onDrain(listener) {
      onDrain = listener
    },
  }
}
