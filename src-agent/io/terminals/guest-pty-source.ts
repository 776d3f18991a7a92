import { AppError, appError } from '#contract/app-error'
import type { GuestCommand, GuestProcess } from '../../engines/driver.ts'
import { failureOf } from '../streams/exec-failure.ts'
import { createCoalescer } from './coalesce.ts'
import type { TerminalSource } from './source.ts'

const hangUpMs = 1_000
const littleBytes = 64 * 1024

/**
 * Runs a command in a terminal that the guest's own kernel has; bytes, size and signals go by the driver's channel.
 * Resolves when the program runs; rejects with what the driver said where it does not come to that. Takes care of the
 * command's end in either case.
 */
export async function openGuestPtySource(
  command: GuestCommand,
  size: { readonly program: string; readonly columns: number; readonly rows: number },
): Promise<TerminalSource> {
  let process: GuestProcess | undefined
  try {
    process = await command.open({ stdin: true })
    await process.started
    await process.resize(size.columns, size.rows)
  } catch (error) {
    process?.kill().catch(() => undefined)
    await command.dispose()
    throw notStarted(error, size.program)
  }
  void process.exited.then(() => command.dispose())
  return createSource(process)
}

function createSource(process: GuestProcess): TerminalSource {
  const { stdin, stdout } = process
  const listeners = { data: (_bytes: Buffer): void => {}, drain: (): void => {} }
  const coalescer = createCoalescer((bytes) => listeners.data(bytes))
  const read = streamEnd(stdout)
  // A terminal has one stream; what a driver sends on the other must not hold it up.
  process.stderr.on('error', () => {}).resume()
  stdin?.on('error', () => {})
  stdin?.on('drain', () => listeners.drain())
  stdin?.once('close', () => listeners.drain())
  return {
    onData(listener) {
      listeners.data = listener
      stdout.on('data', coalescer.push)
    },
    onExit(listener) {
      void Promise.all([process.exited, read]).then(([code]) => {
        coalescer.flush()
        listener(code)
      })
    },
    onSkip: () => {},
    write(bytes) {
      if (!stdin?.writable || bytes.length === 0) return
      stdin.write(bytes)
      if (stdin.writableLength <= littleBytes) listeners.drain()
    },
    unwritten: () => stdin?.writableLength ?? 0,
    onDrain(listener) {
      listeners.drain = listener
    },
    resize: (columns, rows) => process.resize(columns, rows),
    pause: () => void stdout.pause(),
    resume: () => void stdout.resume(),
    watched: () => {},
    // The guest's own kernel has the processes, and what the guest says of them is not to be relied on.
    isAlone: async () => false,
    close() {
      stdout.resume()
      void hangUp(process)
    },
  }
}

/** As a terminal that is switched off: it gets a hangup, and is killed soon after with what it started. */
async function hangUp(process: GuestProcess): Promise<void> {
  await process.signal('SIGHUP').catch(() => undefined)
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise((resolve) => {
    timer = setTimeout(resolve, hangUpMs)
  })
  await Promise.race([process.exited, patience])
  clearTimeout(timer)
  // Also where it has ended: what it started may not have.
  await process.kill().catch(() => undefined)
}

/** Resolves when nothing more comes: read to its end, broken, or given up. */
function streamEnd(stream: GuestProcess['stdout']): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ['end', 'close', 'error']) stream.once(event, () => resolve())
  })
}

function notStarted(error: unknown, program: string): Error {
  const refusal = AppError.from(error)
  const failure = failureOf(refusal, program)
  return failure ? appError(failure.reason, { program }, { cause: error }) : refusal
}
