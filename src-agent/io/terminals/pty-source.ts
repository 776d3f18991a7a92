import type { Socket } from 'node:net'
import { type IPty, spawn } from '@lydell/node-pty'
import { appError } from '#contract/app-error'
import { sacrifice } from '../../base/process/oom-score.ts'
import type { ProgramCommand } from '../../engines/driver.ts'
import { readRefusal } from '../../engines/oci/refusal.ts'
import { execFailed, explainExecFailure } from '../streams/exec-failure.ts'
import { isAlive, type SignalProcess } from '../streams/guest-process.ts'
import { awaitInside, type InsideProcess, wasInside } from '../streams/inside-process.ts'
import { createCoalescer } from './coalesce.ts'
import { createCrunTail, type OutputFilter } from './crun-tail.ts'
import { resizeGuest } from './guest-size.ts'
import { createPtyWriter, type PtyWriter } from './pty-writer.ts'
import type { TerminalSource } from './source.ts'

export interface PtyOptions {
  /** What the guest is to run, for the sentence where there is no such thing. */
  readonly program: string
  readonly columns: number
  readonly rows: number
  readonly signalProcess: SignalProcess
}

const hangUpMs = 1_000
/** Of what comes before somebody listens, which is a matter of milliseconds. */
const maxEarlyBytes = 64 * 1024

/** What node-pty does not show: its stream, so as to take bytes, and its descriptor, so as to write them. */
interface Hidden {
  readonly _socket: Socket
  readonly fd: number
}

/**
 * Runs a command that joins a sandbox in a terminal. The engine makes a second terminal in the sandbox and passes bytes
 * between the two. Resolves when the process inside exists; rejects with what the engine said where
 * it does not come to that. Takes care of the command's end in either case.
 */
export async function openPtySource(command: ProgramCommand, options: PtyOptions): Promise<TerminalSource> {
  const outer = startOuter(command, options)
  const inside = await awaitInside(command, options.signalProcess, outer.over.signal)
  if (!inside && !(await wasInside(command))) {
    await outer.ended
    await command.dispose()
    throw notStarted(outer.words(), options.program)
  }
  void outer.ended.then(() => command.dispose())
  const source = createPtySource(outer, inside, command)
  // The terminal inside has no size until it is given one.
  await source.resize(options.columns, options.rows)
  return source
}

interface Outer {
  readonly pty: IPty
  readonly socket: Socket
  readonly writer: PtyWriter
  /** Aborted when the engine's program has ended. */
  readonly over: AbortController
  /** Its exit code, when everything it wrote has been delivered. */
  readonly ended: Promise<number>
  /** What it has said so far, before anybody listened. */
  words(): string
  /** Delivers what came so far, and from now on. */
  listen(listener: (bytes: Buffer) => void): void
  readonly flow: { isPaused: boolean }
}

/**
 * The engine makes this terminal raw too, but runc only after it has begun to pass bytes on: what is typed, or printed,
 * in that moment would be changed. What runc does is left alone: it has the end of a line made by this terminal
 * (`onlcr`) and not by the guest's, so through runc a line feed always arrives with a carriage return.
 */
const rawScript = 'stty raw -echo; exec "$@"'

function startOuter(command: ProgramCommand, { columns, rows }: PtyOptions): Outer {
  // Where there is no second terminal, this one is the guest's, and its own programs say how it shall be.
  const prelude = command.reach === null ? ['-c', rawScript, 'sh'] : ['-c', 'exec "$@"', 'sh']
  const pty = spawn('sh', [...prelude, command.program, ...command.args], {
    encoding: null,
    name: 'xterm-256color',
    cols: columns,
    rows,
    cwd: '/',
    env: { ...command.env },
  })
  sacrifice(pty.pid)
  const { _socket: socket, fd } = pty as unknown as Hidden
  const flow = { isPaused: false }
  keepTail(socket, flow)
  const over = new AbortController()
  const early: Buffer[] = []
  let deliver = (bytes: Buffer): void => {
    early.push(bytes)
    if (early.reduce((sum, { length }) => sum + length, 0) > maxEarlyBytes) socket.pause()
  }
  socket.on('data', (bytes: Buffer) => deliver(bytes))
  const ended = new Promise<number>((resolve) => {
    pty.onExit(({ exitCode, signal }) => {
      over.abort()
      resolve(signal ? 128 + signal : exitCode)
    })
  })
  return {
    pty,
    socket,
    writer: createPtyWriter(fd, socket),
    over,
    ended,
    flow,
    words: () => Buffer.concat(early).toString('utf8'),
    listen(listener) {
      deliver = listener
      for (const bytes of early.splice(0)) listener(bytes)
      if (!flow.isPaused) socket.resume()
    },
  }
}

/** Longer than the engine takes from its last words to its end. */
const holdMs = 200

/** More than an engine says of a program that the kernel refuses. */
const maxRefusalBytes = 8 * 1024

/** Output without what the engine adds to it, and the end after the last of it. */
function filtered(outer: Outer, filter: OutputFilter | null): Pick<TerminalSource, 'onData' | 'onExit'> {
  let deliver = (_bytes: Buffer): void => {}
  let timer: NodeJS.Timeout | undefined
  let output = ''
  const coalescer = createCoalescer((bytes) => deliver(bytes))
  const pass = (bytes: Buffer): void => {
    if (output.length <= maxRefusalBytes) output += bytes.toString('latin1')
    coalescer.push(bytes)
  }
  return {
    onData(listener) {
      deliver = listener
      outer.listen((bytes) => {
        if (!filter) return pass(bytes)
        clearTimeout(timer)
        pass(filter.push(bytes))
        if (filter.isHolding()) timer = setTimeout(() => pass(filter.release()), holdMs)
      })
    },
    onExit(listener) {
      void outer.ended.then((code) => {
        clearTimeout(timer)
        if (filter) pass(filter.end())
        coalescer.flush()
        listener(readRefusal(code, output)?.code ?? code)
      })
    },
  }
}

function createPtySource(
  outer: Outer,
  inside: InsideProcess | null,
  { tail, resizes }: Pick<ProgramCommand, 'tail' | 'resizes'>,
): TerminalSource {
  const { pty, socket, writer, flow } = outer
  return {
    ...filtered(outer, tail === 'logged' ? createCrunTail() : null),
    onSkip: () => {},
    write: writer.write,
    unwritten: writer.unwritten,
    onDrain: writer.onDrain,
    async resize(columns, rows) {
      if (outer.over.signal.aborted || socket.destroyed) return
      pty.resize(columns, rows)
      const host = resizes === 'stty' ? inside?.host : null
      if (host && isAlive(host)) await resizeGuest({ pid: host.pid, isEngine: false }, columns, rows)
    },
    pause() {
      flow.isPaused = true
      socket.pause()
    },
    resume() {
      flow.isPaused = false
      socket.resume()
    },
    watched: () => {},
    isAlone: async () => inside !== null && (await inside.isAlone()),
    close() {
      flow.isPaused = false
      socket.resume()
      void hangUp(outer, inside)
    },
  }
}

/** What the engine cannot reach any more has ended; its program is killed in any case. */
async function hangUp(outer: Outer, inside: InsideProcess | null): Promise<void> {
  const pause = (): Promise<unknown> => Promise.race([outer.ended, new Promise((done) => setTimeout(done, hangUpMs))])
  await inside?.hangUp(pause).catch(() => undefined)
  await pause()
  outer.pty.kill('SIGKILL')
}

/**
 * node-pty destroys its stream 200 ms after the program's end, whether or not it has been read: while it is held back,
 * and where this process was kept from running for as long, so that the timer comes before the bytes. So the destruction
 * waits until a check of the stream, which lies between a timer and the immediate after it, has brought nothing more.
 */
function keepTail(socket: Socket, flow: { readonly isPaused: boolean }): void {
  const destroy = socket.destroy.bind(socket)
  const destroyWhenRead = (): void => {
    if (flow.isPaused) {
      setTimeout(destroyWhenRead, tailMs).unref()
      return
    }
    const before = socket.bytesRead
    setImmediate(() => (socket.bytesRead === before && !flow.isPaused ? destroy() : destroyWhenRead()))
  }
  socket.destroy = (error?: Error) => {
    if (error) return destroy(error)
    destroyWhenRead()
    return socket
  }
}

const tailMs = 200

function notStarted(words: string, program: string): Error {
  const failure = explainExecFailure(words, program)
  return failure ? appError(failure.reason, { program }) : execFailed(words)
}
