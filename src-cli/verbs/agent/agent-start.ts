import { runAgent, type Started, startAgent } from '../../agent/start-agent.ts'
import { defineCommand } from '../../command/command.ts'
import { type Context, printJson, printLine } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { sanitize } from '../../output/sanitize.ts'
import { readAccounts } from './read-accounts.ts'

export const agentStart = defineCommand({
  operands: '',
  count: [0, 0],
  description:
    'Needs root. Where an agent runs already, that one is kept, and lets the accounts of --owner and --group use it too.',
  flags: {
    owner: {
      ...{ type: 'string', multiple: true, value: 'ACCOUNT' },
      help: 'Let this account use the agent too, by its number or name; again for each. It is as good as root then.',
    },
    group: { type: 'string', value: 'GROUP', help: 'The same for each account that is in the group now.' },
    foreground: { type: 'boolean', help: 'Stay until the agent ends, as a service manager wants it.' },
  },
  examples: [
    { line: 'joey agent start', comment: 'Returns when the agent answers.' },
    { line: 'sudo joey agent start --owner "$UID"', comment: 'An agent that you can use without root.' },
  ],
  async run({ flags }, context) {
    const accounts = readAccounts(flags)
    if (flags.foreground) return await runAgent({ ...context, accounts })
    const { info, already, copied } = await startAgent({ ...context, accounts })
    if (copied) explainCopy(context, copied)
    if (flags.json) printJson(context.stdout, { running: true, ...info })
    else printLine(context.stdout, `The agent ${already ? 'runs already' : 'runs'} (pid ${info.pid}, ${info.socket}).`)
    return ExitCode.ok
  },
})

function explainCopy(context: Context, { from, to, because }: NonNullable<Started['copied']>): void {
  const { stderr } = context
  printLine(stderr, `joey: The agent runs from a copy of ${from}, because ${sanitize(because)}: ${to}`)
}
