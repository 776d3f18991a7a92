import { AppError } from '#contract/app-error'
import type { SandboxExit } from '#contract/sandbox'
import { endGroup } from '../../base/process/kill-group.ts'
import { type ChildProcess, start } from '../../base/process/run.ts'
import type { LogFiles, LogPosition } from '../logs/log-files.ts'
import { bytesAfter } from '../logs/log-lag.ts'
import { readRecords } from '../logs/log-records.ts'
import { sendToMonitor } from '../logs/log-rotation.ts'
import { positionBeforeEnd } from '../logs/log-tail.ts'
import type { TerminalSource } from './source.ts'

/** A run of a sandbox whose main process has a terminal. */
export interface MainTerminal {
  readonly files: LogFiles
  /** Where its output begins. */
  readonly start: LogPosition | null
  /** conmon's attach socket and control FIFO. */
  readonly attach: string
  readonly control: string
  /** Resolves after the monitor has written its last. */
  readonly ended: Promise<Pick<SandboxExit, 'code'>>
  /** Where the terminal is the guest's own and not conmon's, its size goes there. */
  readonly resize?: ((columns: number, rows: number) => Promise<void>) | undefined
  readonly onError: (error: unknown) => void
}

const replayBytes = 1024 * 1024
/** Further behind, output is left out: nobody can want to see it pass by. */
const maxBehindBytes = 16 * 1024 * 1024
/** As much, where somebody has just typed: they must see what comes of it, not what was before. */
const maxBehindInputBytes = 1024 * 1024
const inputMs = 1_000
/** Without viewers the ring is kept fresh, no more. */
const unwatchedMs = 1_000
const checkEveryBytes = 256 * 1024

/**
 * The main terminal through conmon, which owns it: output from the log, so that it outlives the agent, input and size
 * by conmon's socket and FIFO. The guest is never held: what is not read waits on disk, and too much of it is left out.
 */
export function createMainSource(main: MainTerminal): TerminalSource {
  const input = createInput(main)
  const gate = createGate()
  const stop = new AbortController()
  const listeners: Listeners = { data: () => {}, skip: () => {}, exit: () => {} }
  const state = { typedAt: -inputMs, isWatched: false, over: false }
  void main.ended.then(
    () => (state.over = true),
    () => (state.over = true),
  )
  const readAll = createOutput({ main, listeners, state, gate, signal: stop.signal })

  return {
    onData(listener) {
      listeners.data = listener
      // Not before there is somebody to take it; and after onExit and onSkip have had their chance.
      setImmediate(() => {
        readAll().catch((error: unknown) => {
          main.onError(error)
          listeners.exit(null)
        })
      })
    },
    onExit(listener) {
      listeners.exit = listener
    },
    onSkip(listener) {
      listeners.skip = listener
    },
    write(bytes) {
      state.typedAt = performance.now()
      input.write(bytes)
    },
    unwritten: input.unwritten,
    onDrain: input.onDrain,
    // conmon's FIFO is read in order and within milliseconds, but there is no answer.
    resize: main.resize ?? ((columns, rows) => sendToMonitor(main.control, `1 ${rows} ${columns}\n`)),
    pause: gate.close,
    resume: gate.open,
    watched(isWatched) {
      state.isWatched = isWatched
      gate.hurry()
    },
    // What runs in it is the sandbox, which is stopped and not hung up.
    isAlone: async () => false,
    close() {
      stop.abort()
      gate.open()
      gate.hurry()
      input.close()
    },
  }
}

interface Listeners {
  data(bytes: Buffer): void
  skip(): void
  exit(code: number | null): void
}

interface OutputDeps {
  readonly main: MainTerminal
  readonly listeners: Readonly<Listeners>
  /** When somebody typed last, whether somebody watches, whether the main process has ended. */
  readonly state: { readonly typedAt: number; readonly isWatched: boolean; readonly over: boolean }
  readonly gate: Pick<ReturnType<typeof createGate>, 'pass'>
  readonly signal: AbortSignal
}

/** Reads the log to its end for the listeners, and leaves out what nobody can want to see pass by. */
function createOutput({ main, listeners, state, gate, signal }: OutputDeps): () => Promise<void> {
  const place = { id: null as string | null, offset: 0 }
  const isTooFarBehind = async (): Promise<boolean> => {
    const justTyped = performance.now() - state.typedAt < inputMs
    const limit = state.isWatched && !justTyped ? maxBehindBytes : maxBehindInputBytes
    return (await bytesAfter(main.files, place.id, place.offset)) > limit
  }

  /** Delivers from a place on. True: the end was reached; false: there is too much to go on from here. */
  const readFrom = async (from: LogPosition | null): Promise<boolean> => {
    let sinceCheck = 0
    const onPlace = (id: string | null, offset: number): void => void Object.assign(place, { id, offset })
    const { files, ended } = main
    for await (const records of readRecords(files, { from, ended, signal, onPlace })) {
      const waited = await gate.pass(state.isWatched || state.over ? 0 : unwatchedMs)
      const bytes = Buffer.concat(records.map((record) => record.bytes))
      sinceCheck += bytes.length + records.length * 50
      if (waited || sinceCheck > checkEveryBytes) {
        sinceCheck = 0
        if (await isTooFarBehind()) return false
      }
      listeners.data(bytes)
    }
    return true
  }

  return async () => {
    const { files, start: begin } = main
    while (!(await readFrom(await positionBeforeEnd(files, replayBytes, begin)).catch(falseIfTooSlow))) listeners.skip()
    // Where the sandbox was removed there may be nobody who knows the code.
    const exit = await main.ended.catch(() => null)
    if (!signal.aborted) listeners.exit(exit?.code ?? null)
  }
}

/** The monitor threw away what was not read yet: to a terminal that is output left out like any other. */
function falseIfTooSlow(error: unknown): false {
  if (error instanceof AppError && error.wire.reason === 'log-reader-too-slow') return false
  throw error
}

interface Input {
  write(bytes: Buffer): void
  unwritten(): number
  onDrain(listener: () => void): void
  close(): void
}

/** Through `socat`, because Node cannot open conmon's kind of socket; connected when somebody types. */
function createInput({ attach, onError }: MainTerminal): Input {
  let relay: ChildProcess | undefined
  let onDrain = (): void => {}
  const connect = (): ChildProcess => {
    // What conmon sends back is thrown away: it would wait for ever for a client that does not read.
    // 5 is SOCK_SEQPACKET; 8 KiB because conmon cuts larger packets off.
    const child = start('socat', ['-b', '8192', 'STDIN!!/dev/null', `UNIX-CONNECT:${attach},type=5`], {
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    const forget = (): void => {
      if (relay === child) relay = undefined
      onDrain()
    }
    child.once('error', onError)
    child.once('exit', forget)
    child.stdin?.on('error', () => {})
    child.stdin?.on('drain', () => onDrain())
    return child
  }
  return {
    write(bytes) {
      relay ??= connect()
      if (relay.stdin?.writable) relay.stdin.write(bytes)
    },
    unwritten: () => relay?.stdin?.writableLength ?? 0,
    onDrain(listener) {
      onDrain = listener
    },
    close() {
      if (relay) void endGroup(relay)
    },
  }
}

interface Gate {
  close(): void
  open(): void
  /** Ends a wait that is only for time. */
  hurry(): void
  /** Waits while the gate is closed, and at least so long unless hurried. Says whether it waited. */
  pass(leastMs: number): Promise<boolean>
}

function createGate(): Gate {
  let isClosed = false
  let wake = (): void => {}
  return {
    close() {
      isClosed = true
    },
    open() {
      isClosed = false
      wake()
    },
    hurry: () => wake(),
    async pass(leastMs) {
      if (!isClosed && leastMs === 0) return false
      if (leastMs > 0) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, leastMs)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
      while (isClosed) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      return true
    },
  }
}
