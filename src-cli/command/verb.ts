import type { Command } from './command.ts'

export interface Verb {
  /** One or two words. */
  readonly name: string
  readonly summary: string
  /** Only the verb that is called is loaded. */
  readonly load: () => Promise<Command>
}

/** The verbs that the help shows below one title. */
export interface VerbGroup {
  readonly title: string
  readonly verbs: readonly Verb[]
}
