import type { WebSocket } from 'ws'
import type { LogDown } from '#contract/observe'
import type { LogFiles } from '../logs/log-files.ts'
import { readLog } from '../logs/read-log.ts'
import { closedSignal, createFrameSender } from './socket-frames.ts'

export interface LogsRequest {
  readonly follow: boolean
  readonly tail?: number | undefined
  readonly since?: string | undefined
}

export interface LogsSource {
  readonly files: LogFiles
  /** Resolves when the monitor has written its last; null where nothing runs. */
  readonly ended: Promise<unknown> | null
}

const linesPerMessage = 512
const textPerMessage = 256 * 1024

/** Serves the stream `sandbox.logs` to its end. Never rejects: what fails is sent to the client. */
export async function serveLogs(socket: WebSocket, request: LogsRequest, { files, ended }: LogsSource): Promise<void> {
  const sender = createFrameSender(socket)
  const signal = closedSignal(socket)
  const { follow, tail, since } = request
  try {
    const wait = follow ? (ended ?? Promise.resolve()) : undefined
    for await (const batch of readLog(files, { tail, since, ended: wait, signal })) {
      for (const lines of split(batch)) {
        sender.message({ type: 'lines', lines } satisfies LogDown)
        await sender.room()
      }
      if (signal.aborted) return
    }
    sender.finish({ type: 'end' } satisfies LogDown)
  } catch (error) {
    sender.fail(error)
  }
}

/** Messages of moderate size, however large the batch. */
function* split<Line extends { readonly text: string }>(lines: readonly Line[]): Generator<Line[]> {
  let part: Line[] = []
  let size = 0
  for (const line of lines) {
    part.push(line)
    size += line.text.length
    if (part.length < linesPerMessage && size < textPerMessage) continue
    yield part
    part = []
    size = 0
  }
  if (part.length > 0) yield part
}
