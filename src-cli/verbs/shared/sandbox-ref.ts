import { appError } from '#contract/app-error'
import { SandboxRef } from '#contract/sandbox'

/** Checks what was typed for a sandbox, with a sentence about the word and not about the request. */
export function sandboxRef(word: string): string {
  if (SandboxRef.safeParse(word).success) return word
  const message = `"${word}" is not a name or id of a sandbox. Names have small letters, digits and dashes.`
  throw appError('invalidRequest', 'sandbox-ref-not-valid', message)
}
