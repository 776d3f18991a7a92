import { type ChildProcess, type ChildProcessWithoutNullStreams, type SpawnOptions, spawn } from 'node:child_process'
import { constants } from 'node:os'
import type { Readable } from 'node:stream'
import type { AppError } from '#contract/app-error'
import { findSystemProgram } from '#contract/client/system-program'
import { minimalEnvironment } from './environment.ts'
import { endGroup } from './kill-group.ts'
import { giveUpProtection, oomScores, sacrifice } from './oom-score.ts'
import type { Program, Stream } from './program.ts'
import { openStarter, type Starter } from './starter.ts'
import { maxStreams } from './starter-messages.ts'
import { notStarted, outputTooLarge, stoppedBy, timedOut, toolFailed } from './tool-errors.ts'

export type { ChildProcess, ChildProcessWithoutNullStreams, Program }

export interface RunOptions {
  readonly signal?: AbortSignal
  readonly timeoutMs?: number
  /** Written to standard input, which is empty otherwise. */
  readonly input?: string | Uint8Array
  readonly cwd?: string
  /** The whole environment; {@link minimalEnvironment} otherwise. */
  readonly env?: NodeJS.ProcessEnv
  /** Of standard output; a program that prints more is stopped and refused. 8 MiB otherwise. */
  readonly maxOutputBytes?: number
  /** Of standard output; UTF-8 otherwise. With latin1 each byte is one character, so that nothing is lost of what is not text. */
  readonly encoding?: 'utf8' | 'latin1'
  /** Open descriptors of the agent that become descriptors 3, 4, … of the program. */
  readonly stdio?: readonly number[]
  /** Exit codes that are an answer and not a failure; 0 otherwise. */
  readonly okExitCodes?: readonly number[]
}

export interface RunResult {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs a program to its end, without a shell.
 * Rejects with an {@link AppError}: `engine` / `tool-failed`, `unavailable` / `program-missing`, `timeout`, `cancelled`.
 * When it settles, the program has been reaped and, unless it ended by itself, its process group has been killed.
 */
export type Run = (program: string, args: readonly string[], options?: RunOptions) => Promise<RunResult>

export interface StartOptions {
  readonly cwd?: string
  /** The whole environment; {@link minimalEnvironment} otherwise. */
  readonly env?: NodeJS.ProcessEnv
  /** Leads its own session and process group, so that `endGroup` can end it with its children. True otherwise. */
  readonly detached?: boolean
  /** It is a guest's: the kernel kills it first where the machine runs out of memory, with all that it starts. */
  readonly goesFirst?: boolean
  /** Descriptors 0, 1, 2, …: pipes otherwise. */
  readonly stdio?: readonly Stream[]
}

const defaultOutputBytes = 8 * 1024 * 1024
const stderrBytes = 64 * 1024
/** A grandchild that outlives the program may keep its pipes open; what comes later than this is not waited for. */
const drainMs = 1_000

/**
 * Starts a long-lived program, without a shell. The caller owns it: listens, and ends it with `endGroup`.
 * A program that cannot be started does not throw here: await {@link whenStarted}.
 */
export function start(
  program: string,
  args: readonly string[],
  options?: Omit<StartOptions, 'stdio'>,
): ChildProcessWithoutNullStreams
export function start(program: string, args: readonly string[], options: StartOptions): ChildProcess
export function start(program: string, args: readonly string[], options: StartOptions = {}): ChildProcess {
  const child = spawn(pathOf(program, options), args, {
    shell: false,
    detached: options.detached ?? true,
    env: options.env ?? minimalEnvironment(),
    stdio: [...(options.stdio ?? ['pipe', 'pipe', 'pipe'])],
    ...(options.cwd !== undefined && { cwd: options.cwd }),
  } satisfies SpawnOptions)
  if (options.goesFirst) sacrifice(child.pid)
  else giveUpProtection(child.pid)
  // Without a listener a missing program would end the agent. Whoever wants to know awaits whenStarted.
  child.on('error', () => {})
  return child
}

/** With a PATH of its own a caller looks for programs there; nobody but tests does. */
function pathOf(program: string, { env }: Pick<StartOptions, 'env'>): string {
  return program.includes('/') || env?.['PATH'] ? program : (findSystemProgram(program) ?? program)
}

let starter: Starter | null = null

/**
 * From now on `run` and {@link startProgram} have programs started by joey-outside, which is quicker than Node; as before where it
 * does not work here. What they start inherits what the agent has by now. Gives the undo.
 */
export async function startProgramsBy(outside: string): Promise<() => Promise<void>> {
  let isOver = false
  const open = async (): Promise<void> => {
    const host = start(outside, ['starter', String(process.pid)])
    await whenStarted(host, outside)
    starter = await openStarter(host, () => {
      starter = null
      if (!isOver) void open().catch(() => undefined)
    })
  }
  await open()
  return async () => {
    isOver = true
    await starter?.close()
  }
}

/** Starts a program as {@link start} does, and resolves once it runs. Rejects with an {@link AppError} where it cannot be started. */
export async function startProgram(
  program: string,
  args: readonly string[],
  options: StartOptions = {},
): Promise<Program> {
  const path = pathOf(program, options)
  const streams = options.stdio ?? ['pipe', 'pipe', 'pipe']
  if (starter === null || !path.startsWith('/') || !canTake(starter, streams)) {
    const child = start(program, args, options)
    await whenStarted(child, program, options.cwd)
    return child
  }
  const request = {
    arguments: [path, ...args],
    environment: options.env ?? minimalEnvironment(),
    folder: options.cwd ?? '',
    streams,
    detached: options.detached ?? true,
    oomScore: options.goesFirst ? oomScores.guest : 0,
  }
  return starter.start(request).catch((error: NodeJS.ErrnoException) => {
    throw notStarted(program, options.cwd, error)
  })
}

function canTake({ passesDescriptors }: Starter, streams: readonly Stream[]): boolean {
  if (streams.length < 3 || streams.length > maxStreams) return false
  return passesDescriptors || streams.every((stream) => typeof stream !== 'number')
}

/** Resolves with the pid once the program runs, rejects with an {@link AppError} where it cannot be started. */
export function whenStarted(child: ChildProcess, program: string, cwd?: string): Promise<number> {
  if (child.pid !== undefined) return Promise.resolve(child.pid)
  return new Promise((_resolve, reject) => {
    child.once('error', (error) => reject(notStarted(program, cwd, error)))
  })
}

/** See {@link Run}. */
export const run: Run = async (program, args, options = {}) => {
  if (options.signal?.aborted) throw stoppedBy(options.signal)
  const command = [program, ...args]
  const child = await startForRun(program, args, options)
  const ended = endOf(child)
  const stderr = captureTail(child.stderr, stderrBytes)
  const guard = guardRun(child, command, options, stderr)
  const limit = options.maxOutputBytes ?? defaultOutputBytes
  const stdout = captureHead(child.stdout, limit, () => guard.stop(outputTooLarge(command, limit)))
  try {
    feed(child, options.input)
    const code = await ended
    await guard.throwIfStopped()
    if (!(options.okExitCodes ?? [0]).includes(code)) throw toolFailed(command, code, stderr())
    return { code, stdout: stdout().toString(options.encoding ?? 'utf8'), stderr: stderr() }
  } finally {
    guard.dispose()
    child.stdout?.destroy()
    child.stderr?.destroy()
  }
}

interface Guard {
  stop(error: AppError): void
  /** Throws what `stop` was first called with, once the process group has been ended. */
  throwIfStopped(): Promise<void>
  dispose(): void
}

/** Watches over cancellation and deadline of one running program. */
function guardRun(child: Program, command: readonly string[], options: RunOptions, stderr: () => string): Guard {
  const { signal, timeoutMs } = options
  let stopped: { readonly error: AppError; readonly ended: Promise<void> } | undefined
  const stop = (error: AppError): void => {
    stopped ??= { error, ended: endGroup(child) }
  }
  const onAbort = (): void => {
    if (signal) stop(stoppedBy(signal))
  }
  signal?.addEventListener('abort', onAbort, { once: true })
  if (signal?.aborted) onAbort()
  const timer =
    timeoutMs === undefined ? undefined : setTimeout(() => stop(timedOut(command, timeoutMs, stderr())), timeoutMs)
  return {
    stop,
    async throwIfStopped() {
      if (stopped === undefined) return
      await stopped.ended
      throw stopped.error
    },
    dispose() {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    },
  }
}

function startForRun(program: string, args: readonly string[], options: RunOptions): Promise<Program> {
  return startProgram(program, args, {
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    ...(options.env !== undefined && { env: options.env }),
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe', ...(options.stdio ?? [])],
  })
}

function feed(child: Program, input: string | Uint8Array | undefined): void {
  // A program may end, or close its input, without reading it.
  child.stdin?.on('error', () => {})
  if (input !== undefined) child.stdin?.end(input)
}

/** The exit code, once both pipes have ended too, or {@link drainMs} after the exit. */
function endOf(child: Program): Promise<number> {
  return new Promise((resolve) => {
    let timer: NodeJS.Timeout | undefined
    const finish = (): void => {
      clearTimeout(timer)
      resolve(child.exitCode ?? 128 + (child.signalCode ? constants.signals[child.signalCode] : 0))
    }
    child.once('exit', () => {
      timer = setTimeout(finish, drainMs)
    })
    child.once('close', finish)
  })
}

function captureHead(stream: Readable | null, limit: number, onOverflow: () => void): () => Buffer {
  const chunks: Buffer[] = []
  let size = 0
  stream?.on('data', (chunk: Buffer) => {
    if (size > limit) return
    size += chunk.length
    if (size > limit) return onOverflow()
    chunks.push(chunk)
  })
  return () => Buffer.concat(chunks)
}

function captureTail(stream: Readable | null, limit: number): () => string {
  let tail = Buffer.alloc(0)
  stream?.on('data', (chunk: Buffer) => {
    tail = Buffer.concat([tail, chunk]).subarray(-limit)
  })
  return () => tail.toString('utf8')
}
