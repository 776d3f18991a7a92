import { AppError } from '#contract/app-error'
import { formatBytes } from '#contract/byte-size'
import { ImageRef } from '#contract/image'
import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { printJson, printLine } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { failureCode, printFailure } from '../../failure.ts'

export const imageRm = defineCommand({
  operands: 'IMAGE [IMAGE...]',
  count: [1, Number.POSITIVE_INFINITY],
  description:
    'Removes a name, and the image with its last name. An image that a sandbox uses is kept, and so is what other images share of it.',
  flags: {},
  examples: [{ line: 'joey image rm team/web:1.2', comment: 'By name; a digest or the start of one does too.' }],
  async run({ operands, flags }, context) {
    const done: { readonly digest: string; readonly deleted: boolean; readonly freedBytes: number }[] = []
    let failed = false
    // One after the other: two names may be of one image, and the last one deletes it.
    for (const ref of operands) {
      if (!ImageRef.safeParse(ref).success) throw usageError('usage-image-ref', { text: ref })
      try {
        const result = await context.client.removeImage({ ref })
        done.push(result)
        if (!flags.json)
          printLine(
            context.stdout,
            result.deleted
              ? `${ref} removed, ${formatBytes(result.freedBytes)} freed`
              : `${ref} removed; the image is kept under its other names`,
          )
      } catch (error) {
        if (failureCode(error, ExitCode.failed) === ExitCode.unavailable) throw error
        failed = true
        printFailure(context, AppError.from(error), flags)
      }
    }
    if (flags.json) printJson(context.stdout, done)
    return failed ? ExitCode.failed : ExitCode.ok
  },
})
