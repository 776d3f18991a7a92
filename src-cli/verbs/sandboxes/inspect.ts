import { AppError } from '#contract/app-error'
import type { Answer } from '#contract/client/call-operation'
import type { inspectSandbox } from '#contract/sandbox-operations'
import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { printJson } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { failureCode, printFailure } from '../../failure.ts'
import { inspectFields } from '../../output/inspect-fields.ts'
import { printFormatted, requireOneForm } from '../../output/row-format.ts'
import { sandboxRef } from '../shared/sandbox-ref.ts'

type Inspected = Answer<typeof inspectSandbox>

export const inspect = defineCommand({
  operands: 'SANDBOX [SANDBOX...]',
  count: [1, Number.POSITIVE_INFINITY],
  description:
    'Prints an array with one object for each sandbox that was found. --format takes the names of this JSON, and of those of\n' +
    'Docker the usual ones: {{.State.Status}}, {{.State.ExitCode}}, {{.Config.Image}}, {{.NetworkSettings.IPAddress}} ...',
  flags: {
    format: { type: 'string', short: 'f', value: 'TEMPLATE', help: 'A line for each: {{.Name}} {{.State.Status}}.' },
    type: {
      type: 'string',
      value: 'container',
      help: 'As Docker takes it; images and volumes have verbs of their own.',
    },
  },
  docker: { '--size': 'size', '-s': 'size' },
  examples: [
    { line: "joey inspect web | jq -r '.[0].address'", comment: 'Reads its address.' },
    { line: "joey inspect -f '{{.State.Status}} {{.address}}' web db", comment: 'A line for each.' },
  ],
  async run({ operands, flags }, context) {
    requireOneForm(flags)
    if (flags.type !== undefined && !['container', 'sandbox'].includes(flags.type))
      throw usageError('usage-option-of-docker', { option: `--type ${flags.type}`, kind: 'type' })
    const results = await Promise.allSettled(
      operands.map(async (word) => context.client.inspectSandbox({ ref: sandboxRef(word) })),
    )
    const failed = results.filter((result) => result.status === 'rejected').map(({ reason }) => AppError.from(reason))
    const [first] = failed
    if (first && failureCode(first, ExitCode.failed) === ExitCode.unavailable) throw first
    const found = results.filter((result): result is PromiseFulfilledResult<Inspected> => result.status === 'fulfilled')
    const sandboxes = found.map(({ value }) => value)
    if (flags.format === undefined) printJson(context.stdout, sandboxes)
    else printFormatted(context, flags.format, sandboxes, inspectFields)
    for (const error of failed) printFailure(context, error, flags)
    return failed.length === 0 ? ExitCode.ok : ExitCode.failed
  },
})
