import type { Readable } from 'node:stream'
import { AppError } from '#contract/app-error'
import type { HealthResult } from '#contract/health'
import type { ExecCommand } from '../../engines/driver.ts'
import type { ExecChild } from '../../io/streams/exec-child.ts'

export interface CheckDeps {
  /** Runs the program in the sandbox. */
  open(): Promise<{ readonly command: ExecCommand; readonly child: ExecChild }>
  /** Ends it with all that it has started, if that can be done now. */
  end(child: ExecChild): Promise<void>
  readonly now: () => Date
}

/** A check under way. */
export interface RunningCheck {
  /** What it has shown. Never rejects. */
  readonly result: Promise<HealthResult>
  /** Nothing of it runs any more. Later than the result where its process cannot be ended. Never rejects. */
  readonly over: Promise<void>
  /** Ends what still runs of it. */
  kill(): Promise<void>
}

const outputBytes = 4096
/** After the deadline, for the processes to be gone: what takes longer counts as not done in time all the same. */
const killPatienceMs = 10_000
/** Whoever was left behind may hold the streams open for ever. */
const drainMs = 500

/** Runs a check of health: at the deadline it and all that it has started are killed. */
export function runCheck(
  deps: CheckDeps,
  { program, timeoutMs }: { readonly program: string; readonly timeoutMs: number },
): RunningCheck {
  const startedAt = deps.now().toISOString()
  const decided = Promise.withResolvers<HealthResult>()
  let child: ExecChild | null = null
  const output = createOutput()
  const settle = (code: number | null, timedOut: boolean, text: string): void =>
    decided.resolve({ startedAt, endedAt: deps.now().toISOString(), code, timedOut, output: text })
  const kill = async (): Promise<void> => {
    if (child !== null) await deps.end(child).catch(() => undefined)
  }

  const work = async (): Promise<void> => {
    const { command, child: begun } = await deps.open()
    child = begun
    let timedOut = false
    let patience: NodeJS.Timeout | undefined
    try {
      const drained = [begun.stdout, begun.stderr].map((stream) => output.take(stream))
      const timer = setTimeout(() => {
        timedOut = true
        void kill()
        patience = setTimeout(() => settle(null, true, output.text()), killPatienceMs)
      }, timeoutMs)
      const code = await begun.exited
      clearTimeout(timer)
      await Promise.race([Promise.all(drained), after(drainMs)])
      const failure =
        timedOut || code === 0 || (await begun.started) ? null : await begun.explain(output.text(), program)
      settle(timedOut ? null : (failure?.code ?? code), timedOut, failure?.message ?? output.text())
    } finally {
      clearTimeout(patience)
      for (const stream of [begun.stdin, begun.stdout, begun.stderr]) stream?.destroy()
      await command.dispose()
    }
  }
  const over = work().catch((error: unknown) => settle(null, false, AppError.from(error).message.slice(0, outputBytes)))
  return { result: decided.promise, over, kill }
}

/** The first bytes of what comes on several streams, in the order in which it comes. */
function createOutput() {
  const chunks: Buffer[] = []
  let size = 0
  return {
    /** Resolves when the stream has ended. It is read to its end, so that nobody waits to write. */
    take: (stream: Readable): Promise<void> =>
      new Promise((resolve) => {
        stream.on('data', (chunk: Buffer) => {
          if (size < outputBytes) chunks.push(chunk.subarray(0, outputBytes - size))
          size += chunk.length
        })
        for (const event of ['end', 'close', 'error']) stream.once(event, () => resolve())
      }),
    text: () => Buffer.concat(chunks).subarray(0, outputBytes).toString('utf8').slice(0, outputBytes),
  }
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}
