import { AppError } from '#contract/app-error'
import { say } from '#contract/language'
import { defineCommand } from '../../command/command.ts'
import { printJson, printLine } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { sanitize } from '../../output/sanitize.ts'
import { formatAgo } from '../../output/words.ts'

export const agentStatus = defineCommand({
  operands: '',
  count: [0, 0],
  description: 'Exits with 0 when it runs and 3 when it does not.',
  flags: {},
  examples: [{ line: 'joey agent status --json', comment: 'With pid, version, socket and home.' }],
  async run({ flags }, context) {
    const { client, place, stdout, language = null } = context
    try {
      const info = await client.readAgent({})
      if (flags.json) printJson(stdout, { running: true, ...info })
      else {
        const rows = [
          ['version', info.version],
          ['pid', String(info.pid)],
          ['started', formatAgo(info.startedAt, new Date())],
          ['state', info.home],
          ['socket', info.socket],
          ['log', info.log],
        ] as const
        printLine(stdout, 'The agent is running.')
        for (const [what, value] of rows) printLine(stdout, `${what.padEnd(7)}   ${sanitize(value)}`)
      }
      return ExitCode.ok
    } catch (error) {
      const { wire } = AppError.from(error)
      if (wire.reason !== 'agent-not-running') throw error
      if (flags.json) printJson(stdout, { running: false, socket: place.socketPath, home: place.home })
      else printLine(stdout, say(wire, language))
      return ExitCode.notRunning
    }
  },
})
