import type { Client } from '#contract/client/client'
import type { Place } from '#contract/client/place'
import type { Language } from '#contract/language'

/** Where text and bytes go. A subset of a writable stream, so that tests can hold what was written. */
export interface Output {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  readonly rows?: number | undefined
  write(bytes: string | Uint8Array, done?: (error?: Error | null) => void): boolean
  once(event: 'drain', listener: () => void): unknown
}

/** Everything a verb may touch outside of itself. */
export interface Context {
  readonly env: Readonly<Record<string, string | undefined>>
  /** What the agent says is said in it; English where it is left out. */
  readonly language?: Language | null
  readonly cwd: string
  readonly uid: number
  readonly stdin: NodeJS.ReadStream
  readonly stdout: Output
  readonly stderr: Output
  readonly place: Place
  readonly client: Client
  /** The agent's program that belongs to this command line. */
  readonly agentEntry: string
  /** Runs when the process has to go at once (a broken pipe, a signal). The answer takes it off the list. */
  readonly onLeave: (cleanup: () => void | Promise<void>) => () => void
}

/** Writes text and a line feed. */
export function printLine(output: Output, text: string): void {
  output.write(`${text}\n`)
}

/** Prints a value for scripts: indented, so that people can read it too. */
export function printJson(output: Output, value: unknown): void {
  printLine(output, JSON.stringify(value, null, 2))
}

/** A verb's word to the person, not part of its output. Left out where scripts read everything as JSON. */
export function printNote(context: Pick<Context, 'stderr'>, text: string): void {
  printLine(context.stderr, text)
}
