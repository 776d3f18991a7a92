import type { Said } from './reasons/define.ts'
import type { SandboxExit } from './sandbox.ts'

/** How a run ended, to be said in the language of the person. */
export function sentenceOfExit({ message, sentence }: SandboxExit): Said {
  return { reason: '', ...sentence, message }
}
