import { SandboxName } from '#contract/sandbox'
import { defineCommand } from '../../command/command.ts'
import { problemOf, usageError } from '../../command/usage-error.ts'
import { printJson, printLine } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { sandboxRef } from '../shared/sandbox-ref.ts'

export const rename = defineCommand({
  operands: 'SANDBOX NAME',
  count: [2, 2],
  flags: {},
  examples: [{ line: 'joey rename web old-web', comment: 'Its hostname inside changes with the next start.' }],
  async run({ operands: [word = '', name = ''], flags }, { client, stdout }) {
    const checked = SandboxName.safeParse(name)
    if (!checked.success) throw usageError('usage-not-valid', { where: `"${name}"`, problem: problemOf(checked.error) })
    const sandbox = await client.renameSandbox({ ref: sandboxRef(word), name })
    if (flags.json) printJson(stdout, sandbox)
    else printLine(stdout, sandbox.name)
    return ExitCode.ok
  },
})
