import type { Context } from '../context.ts'
import type { DockerOptions } from './docker-options.ts'
import type { commonFlags, Flags, Values } from './flags.ts'

/** What a verb was called with. */
export interface Call<F extends Flags> {
  readonly flags: Values<F> & Values<typeof commonFlags>
  readonly operands: readonly string[]
}

export interface Example {
  readonly line: string
  readonly comment: string
}

/** One verb: how it is called, and what it does. Its one-line summary stands in the table of verbs. */
export interface Command<F extends Flags = Flags> {
  /** What follows the options: `NAME [NAME...]`. */
  readonly operands: string
  /** How many operands it takes at least and at most. */
  readonly count: readonly [least: number, most: number]
  /** Options end at the first operand. */
  readonly passThrough?: boolean
  readonly description?: string
  readonly flags: F
  /** Options of Docker's command of this name that are called otherwise here, or for which there is nothing. */
  readonly docker?: DockerOptions
  readonly examples: readonly Example[]
  /** Exit code of a failure that says no other; 1 where absent. */
  readonly failureCode?: number
  /** Resolves with the exit code. */
  run(call: Call<F>, context: Context): Promise<number>
}

/** Keeps the exact type of the flags, so that `run` sees each as what it is. */
export function defineCommand<const F extends Flags>(command: Command<F>): Command<F> {
  return command
}
