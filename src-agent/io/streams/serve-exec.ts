import type { RawData, WebSocket } from 'ws'
import { appError } from '#contract/app-error'
import { ExecRequest, type ProcessDown, ProcessUp } from '#contract/process'
import type { ExecCommand } from '../../engines/driver.ts'
import type { ExecChild } from './exec-child.ts'
import { type ExecFailure, mayBeRefusal } from './exec-failure.ts'
import { pump, streamPrefix } from './exec-output.ts'
import { canonicalSignal, type SignalProcess } from './guest-process.ts'
import type { Pipes } from './pipes.ts'
import { closedSignal, createFrameSender, type FrameSender, frameBytes, parseControl } from './socket-frames.ts'
import { createInputFeed, createReadingGate } from './socket-pause.ts'
import { startExec } from './start-exec.ts'

export interface ExecDeps {
  exec(request: ExecRequest): Promise<ExecCommand>
  readonly signalProcess: SignalProcess
  readonly pipes: Pipes
  /** How long the client may take to say what to run. 10 s otherwise. */
  readonly requestMs?: number
}

const killedCode = 137
const maxHeldBytes = 64 * 1024

type Handler = (data: RawData, isBinary: boolean) => void

/** Serves the stream `sandbox.exec` to its end. Never rejects: what fails is sent to the client. */
export async function serveExec(socket: WebSocket, deps: ExecDeps): Promise<void> {
  const sender = createFrameSender(socket)
  const closed = closedSignal(socket)
  const inbox = createInbox(socket)
  try {
    const request = await firstRequest(inbox, closed, deps.requestMs ?? 10_000)
    if (!request) return
    const command = await deps.exec(request)
    try {
      if (!closed.aborted) await runCommand({ request, command, inbox, socket, sender, closed, deps })
    } finally {
      await command.dispose()
    }
  } catch (error) {
    sender.fail(error)
    // Unless the client's words are read, its goodbye is not heard either.
    inbox.handOver(() => {})
  }
}

interface Session {
  readonly request: ExecRequest
  readonly command: ExecCommand
  readonly inbox: Inbox
  readonly socket: WebSocket
  readonly sender: FrameSender
  readonly closed: AbortSignal
  readonly deps: ExecDeps
}

async function runCommand(session: Session): Promise<void> {
  const { request, command, sender, closed, deps } = session
  const child = await startExec(command, { stdin: request.stdin, pipes: deps.pipes, signalProcess: deps.signalProcess })
  let timedOut = false
  // What cannot be killed has ended, or has lost its engine, which ends it as well.
  const hangUp = (): void => void child.kill().catch(() => undefined)
  const timeout = (): void => {
    timedOut = true
    hangUp()
  }
  const timer = request.timeoutMs === null ? undefined : setTimeout(timeout, request.timeoutMs)
  closed.addEventListener('abort', hangUp, { once: true })
  if (closed.aborted) hangUp()
  try {
    const output = passOutput(child, sender)
    listen(session, child)
    const code = await child.exited
    clearTimeout(timer)
    const failure = await output.finish(code, request.argv[0] ?? '')
    const exitCode = timedOut ? killedCode : (failure?.code ?? code)
    sender.finish({ type: 'exit', code: exitCode, timedOut, exit: null } satisfies ProcessDown)
  } finally {
    clearTimeout(timer)
    closed.removeEventListener('abort', hangUp)
    for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy()
  }
}

interface Output {
  /** Passes on the rest, and says what the engine's failure means to the client. Throws where that is all there is. */
  finish(code: number, program: string): Promise<ExecFailure | null>
}

/**
 * Passes both streams on. What comes first on the error stream is held back as long as it may be the engine's own words:
 * until the process inside is known to exist, and then where it is a line such as the engine writes when the kernel
 * refuses the program.
 */
function passOutput(child: ExecChild, sender: FrameSender): Output {
  let started = false
  let held: Buffer[] | null = []
  const begin = (): void => {
    if (!started) sender.message({ type: 'started' } satisfies ProcessDown)
    started = true
  }
  const pass = (): void => {
    begin()
    for (const chunk of held?.splice(0) ?? []) sender.bytes(streamPrefix.stderr, chunk)
    held = null
  }
  const text = (chunks: readonly Buffer[]) => Buffer.concat(chunks).toString('utf8')
  const isRefusal = () => held !== null && mayBeRefusal(text(held))
  const stdout = pump(child.stdout, sender, (chunk) => {
    pass()
    sender.bytes(streamPrefix.stdout, chunk)
  })
  const stderr = pump(child.stderr, sender, (chunk) => {
    if (held === null) return sender.bytes(streamPrefix.stderr, chunk)
    held.push(chunk)
    const size = held.reduce((sum, { length }) => sum + length, 0)
    if (size > maxHeldBytes || (started && !isRefusal())) pass()
  })
  void child.started.then((runs) => {
    if (!runs) return
    begin()
    if (held !== null && held.length > 0 && !isRefusal()) pass()
  })
  return {
    async finish(code, program) {
      await Promise.all([stdout.drained(), stderr.drained()])
      const failure = held === null || code === 0 ? null : await child.explain(text(held), program)
      if (failure) held = [Buffer.from(`${failure.message}\n`)]
      pass()
      return failure
    },
  }
}

/** Takes what the client sends from now on, and what it has sent since the request. */
function listen({ inbox, socket, sender }: Session, child: ExecChild): void {
  const gate = createReadingGate(socket)
  const feed = child.stdin ? createInputFeed(gate, child.stdin) : null
  const fail = (error: unknown): void => {
    sender.fail(error)
    child.kill().catch(() => undefined)
  }
  const handle = (data: RawData, isBinary: boolean): void => {
    if (isBinary) return feed?.(frameBytes(data))
    const message = parseControl(ProcessUp, data)
    if (message.type === 'stdinEnd') child.stdin?.end()
    else if (message.type === 'signal') child.signal(canonicalSignal(message.signal)).catch(fail)
    else throw appError('exec-already-started')
  }
  inbox.handOver((data, isBinary) => {
    try {
      handle(data, isBinary)
    } catch (error) {
      fail(error)
    }
  })
}

interface Inbox {
  /** The first message; null when there never was one. */
  first(): Promise<{ readonly data: RawData; readonly isBinary: boolean }>
  /** Everything after the first message goes to the handler. */
  handOver(handler: Handler): void
}

/** Keeps what comes before somebody listens: a client need not wait for `started` to send its input. */
function createInbox(socket: WebSocket): Inbox {
  const early: { readonly data: RawData; readonly isBinary: boolean }[] = []
  let handler: Handler | undefined
  let resolveFirst: (message: { readonly data: RawData; readonly isBinary: boolean }) => void
  let isFirst = true
  const first = new Promise<{ readonly data: RawData; readonly isBinary: boolean }>((resolve) => {
    resolveFirst = resolve
  })
  socket.on('message', (data, isBinary) => {
    if (handler) return handler(data, isBinary)
    if (isFirst) resolveFirst({ data, isBinary })
    else early.push({ data, isBinary })
    isFirst = false
    socket.pause()
  })
  return {
    first: () => first,
    handOver(next) {
      handler = next
      for (const { data, isBinary } of early.splice(0)) next(data, isBinary)
      socket.resume()
    },
  }
}

/** The request, or null where the client left without a word. */
async function firstRequest(inbox: Inbox, closed: AbortSignal, waitMs: number): Promise<ExecRequest | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), waitMs)
  })
  const gone = new Promise<'gone'>((resolve) => closed.addEventListener('abort', () => resolve('gone'), { once: true }))
  const first = await Promise.race([inbox.first(), late, gone])
  clearTimeout(timer)
  if (first === 'gone') return null
  if (first === 'late') {
    throw appError('exec-request-late', { seconds: waitMs / 1000 })
  }
  if (first.isBinary) throw appError('message-not-valid', { what: 'first' })
  return parseControl(ExecRequest, first.data)
}
