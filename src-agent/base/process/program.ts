import type { Readable, Writable } from 'node:stream'

/** A program that was started, by Node or by the {@link Starter}: of Node's ChildProcess what those who run programs use. */
export interface Program {
  readonly pid?: number | undefined
  /** By descriptor; null where the program's is no pipe. */
  readonly stdio: readonly (Readable | Writable | null | undefined)[]
  readonly stdin: Writable | null
  readonly stdout: Readable | null
  readonly stderr: Readable | null
  /** Null while it runs, and where a signal ended it. */
  readonly exitCode: number | null
  readonly signalCode: NodeJS.Signals | null
  once(event: 'exit', listener: Ended): unknown
  /** It has ended, and all of its output was read. */
  once(event: 'close', listener: Ended): unknown
}

export type Ended = (code: number | null, signal: NodeJS.Signals | null) => void

/** What the program gets as its descriptors 0, 1, 2, …: a pipe, nothing, or a descriptor of the agent. */
export type Stream = 'pipe' | 'ignore' | number
