import { volumeName as form } from '#contract/words'
import { usageError } from '../../command/usage-error.ts'

/** The name of a volume as it was typed. */
export function volumeName(text: string): string {
  if (form.pattern.test(text)) return text
  throw usageError('usage-volume-name', { text })
}
