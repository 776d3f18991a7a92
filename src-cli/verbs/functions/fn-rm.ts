import { AppError } from '#contract/app-error'
import { defineCommand } from '../../command/command.ts'
import { printJson, printLine } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { failureCode, printFailure } from '../../failure.ts'
import { functionName } from './function-name.ts'

export const fnRm = defineCommand({
  operands: 'FUNCTION [FUNCTION...]',
  count: [1, Number.POSITIVE_INFINITY],
  description:
    'Removes functions with their revisions and sandboxes. Calls under way are waited for, unless that is not wanted.',
  flags: { force: { type: 'boolean', short: 'f', help: 'End calls that are under way.' } },
  examples: [{ line: 'joey fn rm count', comment: 'Nothing of it is left.' }],
  async run({ operands, flags }, context) {
    const done: { readonly name: string }[] = []
    let failed = false
    for (const name of operands.map(functionName)) {
      try {
        done.push(await context.client.removeFunction({ name, force: flags.force }))
        if (!flags.json) printLine(context.stdout, name)
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
