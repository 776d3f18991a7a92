import type { RawData, WebSocket } from 'ws'
import { appError } from '#contract/app-error'
import { type ProcessDown, ProcessUp } from '#contract/process'
import type { SandboxExit } from '#contract/sandbox'
import type { LogRecord } from '../logs/cri-line.ts'
import type { LogFiles, LogPosition } from '../logs/log-files.ts'
import { readRecords } from '../logs/log-records.ts'
import { endPosition } from '../logs/log-tail.ts'
import { streamPrefix } from './exec-output.ts'
import { canonicalSignal } from './guest-process.ts'
import type { MainInput } from './main-input.ts'
import { createOutputPace, type HoldOutput } from './output-pace.ts'
import { closedSignal, createFrameSender, type FrameSender, frameBytes, parseControl } from './socket-frames.ts'
import { createInputFeed, createReadingGate, type ReadingGate } from './socket-pause.ts'

/** A run of a sandbox whose main process has no terminal. */
export interface MainProcess {
  readonly files: LogFiles
  /** Where its output begins. */
  readonly start: LogPosition | null
  /** Resolves after the monitor has written its last. */
  readonly ended: Promise<SandboxExit>
  /** Null where the sandbox does not keep its standard input open. */
  readonly input: MainInput | null
  signal(name: NodeJS.Signals): Promise<void>
  /** Has it wait for a reader that is slower than it. */
  readonly hold: HoldOutput
}

const nothing = Buffer.alloc(0)

/**
 * Serves the stream `sandbox.attach` to its end. The output comes from the log, so a restart of the agent takes none from
 * it; a client that is slower than the guest makes it wait. Never rejects: what fails is sent to the client.
 */
export async function serveAttach(
  socket: WebSocket,
  request: { readonly from: 'run' | 'now' },
  main: MainProcess,
): Promise<void> {
  const sender = createFrameSender(socket)
  const signal = closedSignal(socket)
  listen(socket, sender, main)
  const pace = createOutputPace(main.hold)
  try {
    const from = request.from === 'run' ? main.start : await endPosition(main.files)
    sender.message({ type: 'started' } satisfies ProcessDown)
    const following = { from, ended: main.ended, signal, onBehind: pace.behind }
    for await (const records of readRecords(main.files, following)) {
      for (const { stream, bytes } of joined(records)) sender.bytes(streamPrefix[stream], ...bytes)
      await sender.room()
    }
    if (signal.aborted) return
    const exit = await main.ended
    sender.finish({ type: 'exit', code: exit.code, timedOut: false, exit } satisfies ProcessDown)
  } catch (error) {
    sender.fail(error)
  } finally {
    pace.close()
  }
}

/** Neighbours of the same stream in one frame. */
function* joined(records: readonly LogRecord[]): Generator<{ stream: LogRecord['stream']; bytes: Buffer[] }> {
  let part: { stream: LogRecord['stream']; bytes: Buffer[] } | undefined
  for (const { stream, bytes } of records) {
    if (part && part.stream !== stream) yield part
    if (part?.stream !== stream) part = { stream, bytes: [] }
    part.bytes.push(bytes)
  }
  if (part) yield part
}

/** Nothing more is read from the client until there is somewhere to write it. */
async function connectInput(input: MainInput, gate: ReadingGate): Promise<(bytes: Buffer) => void> {
  gate.hold()
  try {
    return createInputFeed(gate, await input.open())
  } finally {
    gate.release()
  }
}

function listen(socket: WebSocket, sender: FrameSender, main: MainProcess): void {
  const gate = createReadingGate(socket)
  let feed: Promise<(bytes: Buffer) => void> | undefined
  const toGuest = (bytes: Buffer): Promise<void> => {
    if (!main.input) return Promise.resolve()
    feed ??= connectInput(main.input, gate)
    return feed.then((write) => write(bytes))
  }
  const handle = async (data: RawData, isBinary: boolean): Promise<void> => {
    if (isBinary) return toGuest(frameBytes(data))
    const message = parseControl(ProcessUp, data)
    // An empty write first, so that the end comes after what is still on its way.
    if (message.type === 'stdinEnd') await toGuest(nothing).then(() => main.input?.end())
    else if (message.type === 'signal') await main.signal(canonicalSignal(message.signal))
    else throw appError('attach-runs-nothing')
  }
  socket.on('message', (data, isBinary) => {
    handle(data, isBinary).catch((error: unknown) => sender.fail(error))
  })
}
