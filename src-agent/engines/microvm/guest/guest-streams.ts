import { Readable, Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { ProtocolViolation } from './fields.ts'
import { limits } from './protocol.ts'

/** The host's end of one output of a session. */
export interface Output {
  readonly stream: Readable
  /** What has come and not been read yet is held; the window bounds it. */
  push(chunk: Buffer): void
  /** Nothing more will come. Resolves when what came was read, or is wanted by nobody. */
  end(): Promise<void>
  /** What nobody has begun to read is thrown away. */
  abandon(): void
}

/** Each byte that the reader has taken is reported to `taken`. Reading is what makes the guest send on. */
export function createOutput(taken: (bytes: number) => void): Output {
  const held: Buffer[] = []
  let ended = false
  let wanted = false
  const serve = () => {
    while (wanted && held.length > 0) {
      const chunk = held.shift() as Buffer
      taken(chunk.length)
      wanted = stream.push(chunk)
    }
    if (ended && held.length === 0) stream.push(null)
  }
  const stream = new Readable({
    read() {
      wanted = true
      serve()
    },
    destroy(error, done) {
      // Nobody wants the rest: the guest's process must not wait for ever because of it.
      for (const chunk of held.splice(0)) taken(chunk.length)
      done(error)
    },
  })
  return {
    stream,
    push(chunk) {
      if (stream.destroyed || stream.readableEnded) return taken(chunk.length)
      held.push(chunk)
      serve()
    },
    async end() {
      ended = true
      if (!stream.destroyed) serve()
      // A stream that nobody looks at never says that it has ended. Where it is empty, nothing is lost by that.
      const isEmpty = held.length === 0 && stream.readableLength === 0
      if (!isEmpty || hasReader(stream)) await finished(stream).catch(() => {})
    },
    abandon() {
      if (!hasReader(stream)) stream.resume()
    },
  }
}

function hasReader(stream: Readable): boolean {
  return stream.readableFlowing !== null || stream.listenerCount('readable') > 0
}

/** Counts what a session may still send to the host, and gives windows back in steps. */
export function createReceiveWindow(sendCredit: (bytes: number) => void): {
  received(bytes: number): void
  taken(bytes: number): void
} {
  let open: number = limits.WINDOW_TO_HOST
  let owed = 0
  return {
    received(bytes) {
      if (bytes > open) throw new ProtocolViolation('The guest sent more than it was allowed to.')
      open -= bytes
    },
    taken(bytes) {
      owed += bytes
      // Far smaller than the window, so that a guest never waits while its reader is at work.
      if (owed < limits.WINDOW_TO_HOST / 8) return
      open += owed
      sendCredit(owed)
      owed = 0
    },
  }
}

/** The host's end of a session's standard input. */
export interface Input {
  readonly stream: Writable
  /** The guest has taken so many bytes. */
  credit(bytes: number): void
  /** The process has ended: what is still written goes nowhere. */
  close(): void
}

export function createInput(send: (bytes: Buffer) => void, sendEnd: () => void): Input {
  let open: number = limits.WINDOW_TO_GUEST
  let waiting: { rest: Buffer; done: () => void } | null = null
  const serve = () => {
    while (waiting !== null && open > 0) {
      const part = waiting.rest.subarray(0, Math.min(open, limits.FRAME_PAYLOAD_MAX))
      open -= part.length
      if (part.length > 0) send(part)
      waiting.rest = waiting.rest.subarray(part.length)
      if (waiting.rest.length > 0) continue
      const { done } = waiting
      waiting = null
      done()
    }
  }
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      waiting = { rest: chunk, done }
      serve()
    },
    final(done) {
      sendEnd()
      done()
    },
  })
  // As with a child process: that a process no longer reads is no failure of whoever wrote to it.
  stream.on('error', () => {})
  return {
    stream,
    credit(bytes) {
      if (open + bytes > limits.WINDOW_TO_GUEST) throw new ProtocolViolation('The guest took more than it was given.')
      open += bytes
      serve()
    },
    close() {
      waiting = null
      stream.destroy()
    },
  }
}
