import { defineCommand } from '../../command/command.ts'
import { dockerRunOptions } from '../../command/docker-options.ts'
import { usageError } from '../../command/usage-error.ts'
import { printJson, printLine } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { runFlags } from '../shared/run-flags.ts'
import { readMaking } from './make-sandbox.ts'

export const create = defineCommand({
  operands: 'IMAGE [--] [COMMAND] [ARG...]',
  count: [1, Number.POSITIVE_INFINITY],
  passThrough: true,
  failureCode: ExitCode.notStarted,
  description: 'As joey run makes it, with the same options, but not started. Prints the id.',
  flags: runFlags,
  docker: dockerRunOptions,
  examples: [
    { line: 'joey create --name web -p 8080:80 busybox httpd -f -p 80', comment: 'Then: joey start web' },
    { line: 'joey create -it --name box busybox', comment: 'Then: joey start -ai box' },
  ],
  async run({ flags, operands }, context) {
    if (flags.wait !== undefined) throw usageError('usage-wait-detached')
    const { request, make } = await readMaking(context, flags, operands)
    const sandbox = await make({ ...request, start: false })
    if (flags.json) printJson(context.stdout, sandbox)
    else printLine(context.stdout, sandbox.id)
    return ExitCode.ok
  },
})
