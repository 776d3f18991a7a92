import type { Output } from '../context.ts'

/** An output that keeps what was written, and can be full until it is drained. */
export function recordOutput(more: Partial<Pick<Output, 'isTTY' | 'columns' | 'rows'>> = {}): Output & {
  readonly text: () => string
  readonly bytes: () => Buffer
  readonly fill: () => void
  readonly drain: () => void
} {
  const chunks: Buffer[] = []
  let full = false
  let waiting: (() => void)[] = []
  return {
    ...more,
    write(bytes, done) {
      chunks.push(Buffer.from(bytes))
      if (!full) done?.()
      else if (done) waiting.push(done)
      return !full
    },
    once(_event, listener) {
      waiting.push(listener)
    },
    bytes: () => Buffer.concat(chunks),
    text: () => Buffer.concat(chunks).toString('utf8'),
    fill() {
      full = true
    },
    drain() {
      full = false
      const ready = waiting
      waiting = []
      for (const listener of ready) listener()
    },
  }
}
