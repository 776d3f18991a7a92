import type { Remedy } from './app-error.ts'
import { type Sentence, wordingOf } from './sentence.ts'

/** A command that helps, and why, as one of the sentences. For remedies that only the place of the failure knows. */
export function commandRemedy(command: string, why: Sentence): Remedy {
  return { kind: 'runCommand', command, why: why.message, whyWording: wordingOf(why) }
}
