import { EventEmitter } from 'node:events'
import { constants as fileConstants, openSync } from 'node:fs'
import { Socket } from 'node:net'
import { constants } from 'node:os'
import type { Readable, Writable } from 'node:stream'
import { getSystemErrorName } from 'node:util'
import { endGroup, signalGroup } from './kill-group.ts'
import type { Ended, Program, Stream } from './program.ts'
import { createAnswers, encodeLetGo, encodeStart, type StarterAnswer, type StartRequest } from './starter-messages.ts'

/**
 * Starts programs by joey-outside's `starter`. Where Node forks, the kernel copies the agent's page tables, and the agent stands
 * still until the program runs: 2.5 ms each time for an agent of 120 MB, and up to 10 where both processors are busy.
 */
export interface Starter {
  /** False where this machine lets nobody pass on the agent's descriptors. */
  readonly passesDescriptors: boolean
  /**
   * Resolves once the program runs. Rejects with an error as Node's where it cannot be started, and with ETIMEDOUT where it does not
   * run in time: what the kernel reads of it lies on a file system that does not answer. Others start meanwhile.
   */
  start(request: StartRequest): Promise<Program>
  /** The starter ends; what it has started goes on. */
  close(): Promise<void>
}

const { O_NONBLOCK, O_RDONLY, O_WRONLY } = fileConstants

/** Far longer than a start takes on a busy machine, and no longer than somebody waits for one. */
const patienceMs = 30_000

/** On a starter that runs, with pipes as its standard input and output. Rejects where it ends before it is ready. */
export async function openStarter(host: Program, onGone: () => void, deadlineMs = patienceMs): Promise<Starter> {
  const conversation = converse(host, deadlineMs)
  let isClosing = false
  host.once('exit', () => {
    conversation.end(isClosing)
    if (!isClosing) onGone()
  })
  const passesDescriptors = (await conversation.ready).value === 1
  return {
    passesDescriptors,
    start: async (request) => conversation.request(request),
    async close() {
      isClosing = true
      await endGroup(host, 0)
    },
  }
}

/** Requests and answers. */
function converse(host: Program, deadlineMs: number) {
  const running = new Map<number, StartedProgram>()
  const waiting = createWaiting(deadlineMs, (id) => host.stdin?.write(encodeLetGo(id)))
  const ready = Promise.withResolvers<StarterAnswer>()
  let last = 0
  let isOver = false
  const begin = (answer: StarterAnswer): void => {
    // What has ended may still have said something, which comes after its end.
    if (isOver) return answer.what === 'started' ? signalGroup(answer.value, 'SIGKILL') : undefined
    const start = waiting.take(answer.id)
    // It runs in the moment in which it was given up.
    if (start === 'given-up') return answer.what === 'started' ? drop(answer) : undefined
    if (answer.what === 'failed') return start.reject(systemError(answer.value, start.request.arguments[0] ?? ''))
    const program = new StartedProgram(answer.value)
    running.set(answer.id, program)
    settle(start, program, () => program.open(host.pid ?? 0, start.request.streams, answer.ends))
    host.stdin?.write(encodeLetGo(answer.id))
  }
  const drop = ({ id, value }: StarterAnswer): void => {
    signalGroup(value, 'SIGKILL')
    host.stdin?.write(encodeLetGo(id))
  }
  const take = (answer: StarterAnswer): void => {
    if (answer.id === 0) return ready.resolve(answer)
    if (answer.what !== 'ended') return begin(answer)
    const program = running.get(answer.id)
    running.delete(answer.id)
    // Who waits for the start gets that first, and listens then.
    setImmediate(() => program?.end(answer.value))
  }
  host.stdout?.on('data', createAnswers(take))
  host.stderr?.resume()
  host.stdin?.on('error', () => undefined)
  return {
    ready: ready.promise,
    request(request: StartRequest): Promise<Program> {
      last += 1
      const bytes = encodeStart(last, request)
      if (bytes === null) return Promise.reject(systemError(constants.errno.E2BIG, request.arguments[0] ?? ''))
      if (host.exitCode !== null || host.signalCode !== null) return Promise.reject(hasEnded())
      host.stdin?.write(bytes)
      return waiting.add(last, request)
    },
    /** The starter is gone: nobody would hear of the end of what it has started, unless the agent ends as well. */
    end(keepsRunning: boolean): void {
      isOver = true
      ready.reject(hasEnded())
      waiting.end()
      if (!keepsRunning) for (const program of running.values()) program.lose()
      running.clear()
    },
  }
}

function settle({ resolve, reject }: Waiting, program: StartedProgram, open: () => void): void {
  try {
    open()
    resolve(program)
  } catch (error) {
    // No descriptor is free here, or the starter is gone. Nobody could listen to the program.
    program.giveUp()
    reject(error as Error)
  }
}

interface Waiting {
  readonly request: StartRequest
  readonly deadline: NodeJS.Timeout
  resolve(program: Program): void
  reject(error: Error): void
}

/** Starts that were requested and have no answer yet. Every one gets one answer, also one that was given up. */
function createWaiting(deadlineMs: number, onGivenUp: (id: number) => void) {
  const waiting = new Map<number, Waiting>()
  const givenUp = new Set<number>()
  const giveUp = (id: number): void => {
    const start = waiting.get(id)
    waiting.delete(id)
    givenUp.add(id)
    onGivenUp(id)
    start?.reject(systemError(constants.errno.ETIMEDOUT, start.request.arguments[0] ?? ''))
  }
  return {
    add(id: number, request: StartRequest): Promise<Program> {
      const { promise, ...settle } = Promise.withResolvers<Program>()
      waiting.set(id, { request, deadline: setTimeout(giveUp, deadlineMs, id), ...settle })
      return promise
    },
    take(id: number): Waiting | 'given-up' {
      if (givenUp.delete(id)) return 'given-up'
      const start = waiting.get(id) ?? unexpected(id)
      waiting.delete(id)
      clearTimeout(start.deadline)
      return start
    },
    end(): void {
      for (const { reject, deadline } of waiting.values()) {
        clearTimeout(deadline)
        reject(hasEnded())
      }
      waiting.clear()
    },
  }
}

const hasEnded = (): Error => new Error('The starter of programs has ended.')

function unexpected(id: number): never {
  throw new Error(`The starter of programs answers request ${id}, which nobody waits for.`)
}

class StartedProgram extends EventEmitter<{ exit: Parameters<Ended>; close: Parameters<Ended> }> implements Program {
  readonly pid: number
  readonly stdio: (Socket | null)[] = []
  exitCode: number | null = null
  signalCode: NodeJS.Signals | null = null

  constructor(pid: number) {
    super()
    this.pid = pid
  }

  get stdin(): Writable | null {
    return this.stdio[0] ?? null
  }

  get stdout(): Readable | null {
    return this.stdio[1] ?? null
  }

  get stderr(): Readable | null {
    return this.stdio[2] ?? null
  }

  /** Opens the other ends of its pipes, which the starter holds. */
  open(starter: number, streams: readonly Stream[], ends: readonly number[]): void {
    for (const [at, stream] of streams.entries()) {
      const end = ends[at] ?? -1
      if (stream !== 'pipe' || end < 0) {
        this.stdio.push(null)
        continue
      }
      this.stdio.push(openEnd(`/proc/${starter}/fd/${end}`, at === 0))
    }
  }

  /** With the status that `waitpid` has given. */
  end(status: number): void {
    const signal = status & 0x7f
    if (signal === 0) this.exitCode = (status >> 8) & 0xff
    else this.signalCode = signalNames.get(signal) ?? 'SIGKILL'
    this.emit('exit', this.exitCode, this.signalCode)
    const open = this.stdio.slice(1).filter((stream) => stream !== null && !stream.destroyed)
    let left = open.length
    const closed = (): void => {
      left -= 1
      if (left <= 0) this.emit('close', this.exitCode, this.signalCode)
    }
    if (left === 0) closed()
    else for (const stream of open) stream?.once('close', closed)
  }

  giveUp(): void {
    signalGroup(this.pid, 'SIGKILL')
    for (const stream of this.stdio) stream?.destroy()
  }

  /** Whoever would report its end is gone: it is ended, as it cannot be waited for. */
  lose(): void {
    signalGroup(this.pid, 'SIGKILL')
    setImmediate(() => this.end(constants.signals.SIGKILL))
  }
}

/** Null for the input of a program that has ended before: nobody reads it any more. */
function openEnd(path: string, writes: boolean): Socket | null {
  try {
    const fd = openSync(path, O_NONBLOCK | (writes ? O_WRONLY : O_RDONLY))
    return new Socket({ fd, readable: !writes, writable: writes })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENXIO') return null
    throw error
  }
}

const signalNames = new Map(
  Object.entries(constants.signals).map(([name, number]) => [number, name as NodeJS.Signals] as const),
)

function systemError(number: number, program: string): NodeJS.ErrnoException {
  const code = getSystemErrorName(-number)
  return Object.assign(new Error(`spawn ${program} ${code}`), { code, errno: -number, syscall: `spawn ${program}` })
}
