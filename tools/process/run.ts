import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'

/** What a finished program left behind. */
export interface Finished {
  /** The exit code; 128 + signal number is not computed here, a killed program has code null. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** How to run a program. */
export interface RunOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  /** `inherit` shows the program's output as it comes, `pipe` (default) collects it. */
  readonly output?: 'pipe' | 'inherit'
  /** The program is killed, and the promise rejects, after this time. */
  readonly timeoutMs?: number
  /** Aborting kills the program; the promise then resolves as for any killed program. */
  readonly signal?: AbortSignal
}

const killGraceMs = 5000
const drainMs = 1000

/**
 * Runs a program without a shell and resolves when it has ended, whatever its exit code. Rejects when it cannot be
 * started, and when it outlives its deadline (after which its whole process group is killed).
 */
export function run(program: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const { promise, resolve, reject } = Promise.withResolvers<Finished>()
  const streams = options.output ?? 'pipe'
  const spawnOptions: SpawnOptions = { stdio: ['ignore', streams, streams], env: options.env ?? process.env }
  if (options.cwd !== undefined) spawnOptions.cwd = options.cwd
  // A group of its own, so that the deadline reaches grandchildren; only then does Ctrl-C have to be passed on.
  spawnOptions.detached = options.timeoutMs !== undefined
  const child = spawn(program, [...args], spawnOptions)
  const output = collectOutput(child)
  const stopWatching =
    options.timeoutMs === undefined ? undefined : watch(child.pid, options.timeoutMs, program, reject)
  const abort = (): void => void child.kill('SIGKILL')
  options.signal?.addEventListener('abort', abort, { once: true })
  const release = (): void => {
    options.signal?.removeEventListener('abort', abort)
    stopWatching?.()
  }
  child.once('error', (error) => {
    release()
    reject(error)
  })
  child.once('exit', (code, signal) => {
    release()
    output().then(({ stdout, stderr }) => resolve({ code, signal, stdout, stderr }), reject)
  })
  return promise
}

/** Collects what a program prints; the returned function, called at its end, resolves with all of it. */
function collectOutput(child: ChildProcess): () => Promise<Pick<Finished, 'stdout' | 'stderr'>> {
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk))
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  return async () => {
    // At once as a rule. But a daemon that the program left behind may hold the pipes open for ever.
    await Promise.race([closed, sleep(drainMs, undefined, { ref: false })])
    child.stdout?.destroy()
    child.stderr?.destroy()
    return { stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }
  }
}

/** Kills the group at the deadline and when this process gets a signal to end. Returns its own undo. */
function watch(
  pid: number | undefined,
  timeoutMs: number,
  program: string,
  reject: (error: Error) => void,
): () => void {
  if (pid === undefined) return () => {}
  const signalGroup = (signal: NodeJS.Signals): void => {
    try {
      process.kill(-pid, signal)
    } catch {
      // The group has ended already.
    }
  }
  const interrupted = (): void => {
    signalGroup('SIGTERM')
    process.exit(130)
  }
  let lastResort: NodeJS.Timeout | undefined
  const deadline = setTimeout(() => {
    signalGroup('SIGTERM')
    lastResort = setTimeout(() => signalGroup('SIGKILL'), killGraceMs)
    lastResort.unref()
    reject(new Error(`${program} did not end within ${Math.round(timeoutMs / 1000)} s`))
  }, timeoutMs)
  process.once('SIGINT', interrupted)
  process.once('SIGTERM', interrupted)
  return () => {
    clearTimeout(deadline)
    clearTimeout(lastResort)
    process.off('SIGINT', interrupted)
    process.off('SIGTERM', interrupted)
  }
}
