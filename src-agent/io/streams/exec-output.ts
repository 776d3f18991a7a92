import type { Readable } from 'node:stream'
import { StreamByte } from '#contract/words'
import type { FrameSender } from './socket-frames.ts'

export const streamPrefix = {
  stdout: Buffer.from([StreamByte.stdout]),
  stderr: Buffer.from([StreamByte.stderr]),
} as const

/**
 * What is written before the end is there at once; only somebody who was left behind can still hold the pipe. Looks are
 * counted, not time, because between two checks the streams have been read even where everything is slow.
 */
const quietChecks = 4
const checkMs = 25

/** Passes a stream on, not faster than the client takes it. */
export interface Pump {
  /**
   * Resolves when the stream has ended or, for a pipe that a left-behind process keeps open, gives nothing more.
   * To be called when the process has ended.
   */
  drained(): Promise<void>
}

export function pump(
  stream: Readable,
  sender: Pick<FrameSender, 'isFull' | 'room'>,
  deliver: (chunk: Buffer) => void,
): Pump {
  let ended = false
  let quiet = 0
  let onEnd = (): void => {}
  const end = (): void => {
    ended = true
    onEnd()
  }
  stream.on('error', end)
  stream.once('end', end)
  stream.once('close', end)
  stream.on('data', (chunk: Buffer) => {
    quiet = 0
    deliver(chunk)
    if (!sender.isFull()) return
    stream.pause()
    void sender.room().then(() => {
      quiet = 0
      stream.resume()
    })
  })
  return {
    async drained() {
      for (quiet = 0; !ended && quiet < quietChecks; quiet += stream.isPaused() ? 0 : 1) {
        await new Promise<void>((resolve) => {
          onEnd = resolve
          setTimeout(resolve, checkMs)
        })
      }
      stream.destroy()
    },
  }
}
