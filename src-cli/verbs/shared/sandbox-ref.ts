import { appError } from '#contract/app-error'
import { sandboxRef as form } from '#contract/words'

/** Checks what was typed for a sandbox, with a sentence about the word and not about the request. */
export function sandboxRef(word: string): string {
  if (form.pattern.test(word)) return word
  throw appError('sandbox-ref-not-valid', { word })
}
