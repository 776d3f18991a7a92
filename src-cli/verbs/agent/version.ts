import { AppError } from '#contract/app-error'
import { defineCommand } from '../../command/command.ts'
import { printJson, printLine } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { ownVersion } from '../../own-version.ts'

export const version = defineCommand({
  operands: '',
  count: [0, 0],
  flags: {},
  examples: [{ line: 'joey version --json', comment: 'For scripts; "agent" is null when none runs.' }],
  async run({ flags }, { client, stdout }) {
    const agent = await client.readAgent({}).catch((error: unknown) => {
      if (AppError.from(error).wire.code === 'unavailable') return null
      throw error
    })
    if (flags.json) {
      printJson(stdout, { version: ownVersion, node: process.versions.node, agent: agent?.version ?? null })
    } else {
      printLine(stdout, `joey ${ownVersion}`)
      printLine(stdout, agent ? `agent ${agent.version} (Node ${agent.nodeVersion})` : 'agent: not running')
    }
    return ExitCode.ok
  },
})
