import { functionName as form } from '#contract/words'
import { usageError } from '../../command/usage-error.ts'

/** Checked here, so that a wrong word does not become the path of a request. */
export function functionName(text: string): string {
  if (!form.pattern.test(text)) throw usageError('usage-function-name', { text })
  return text
}
