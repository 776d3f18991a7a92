import { AppError } from '#contract/app-error'
import type { Answer } from '#contract/client/call-operation'
import type { inspectSandbox } from '#contract/sandbox-operations'
import { defineCommand } from '../../command/command.ts'
import { printJson } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { failureCode, printFailure } from '../../failure.ts'
import { sandboxRef } from '../shared/sandbox-ref.ts'

type Inspected = Answer<typeof inspectSandbox>

export const inspect = defineCommand({
  operands: 'SANDBOX [SANDBOX...]',
  count: [1, Number.POSITIVE_INFINITY],
  description: 'Prints an array with one object for each sandbox that was found.',
  flags: {},
  examples: [{ line: "joey inspect web | jq -r '.[0].address'", comment: 'Reads its address.' }],
  async run({ operands, flags }, context) {
    const results = await Promise.allSettled(
      operands.map(async (word) => context.client.inspectSandbox({ ref: sandboxRef(word) })),
    )
    const failed = results.filter((result) => result.status === 'rejected').map(({ reason }) => AppError.from(reason))
    const [first] = failed
    if (first && failureCode(first, ExitCode.failed) === ExitCode.unavailable) throw first
    const found = results.filter((result): result is PromiseFulfilledResult<Inspected> => result.status === 'fulfilled')
    printJson(
      context.stdout,
      found.map(({ value }) => value),
    )
    for (const error of failed) printFailure(context, error, flags)
    return failed.length === 0 ? ExitCode.ok : ExitCode.failed
  },
})
