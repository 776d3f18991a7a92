import type { Readable, Writable } from 'node:stream'
import type { ExecFailure } from './exec-failure.ts'
import type { SignalProcess } from './guest-process.ts'
import type { Pipes } from './pipes.ts'

/** A command that runs in a sandbox, with streams of its own. */
export interface ExecChild {
  readonly stdin: Writable | null
  readonly stdout: Readable
  readonly stderr: Readable
  /** The exit code, which is the guest's unless the command could not be run. Never rejects. */
  readonly exited: Promise<number>
  /** True once the program inside runs, false where it is known that it will not. Never rejects. */
  readonly started: Promise<boolean>
  /** Sends a signal to the process inside, as soon as there is one. */
  signal(name: NodeJS.Signals): Promise<void>
  /** Kills the process inside with all it started, and whatever served it. */
  kill(): Promise<void>
  /**
   * Why the program did not run, to be asked after the end; null where it did. `words` is all that came on the error
   * stream, where nothing came on the other. Rejects where the failure is the engine's own.
   */
  explain(words: string, program: string): Promise<ExecFailure | null>
}

export interface ExecOptions {
  readonly stdin: boolean
  readonly pipes: Pipes
  readonly signalProcess: SignalProcess
}
