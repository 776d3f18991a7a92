import { formatBytes } from '#contract/byte-size'
import type { Client } from '#contract/client/client'
import { sayTexts } from '#contract/language'
import { type Context, printJson, printNote } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { sanitize } from '../../output/sanitize.ts'
import { count } from '../../output/words.ts'

/** Says how much was copied, and what was left out. */
export function printCopied(context: Context, result: Awaited<ReturnType<Client['putFiles']>>, json: boolean): number {
  if (json) printJson(context.stdout, result)
  else {
    const { skipped, skippedWordings } = result
    for (const sentence of sayTexts(skipped, skippedWordings, context.language ?? null)) {
      printNote(context, sanitize(sentence))
    }
    printNote(context, `${count(result.files, 'file')}, ${formatBytes(result.bytes)}`)
  }
  return ExitCode.ok
}
