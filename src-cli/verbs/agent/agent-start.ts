import { runAgent, type Started, startAgent } from '../../agent/start-agent.ts'
import { defineCommand } from '../../command/command.ts'
import { type Context, printJson, printLine } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { sanitize } from '../../output/sanitize.ts'
import { readOwner } from './read-owner.ts'

export const agentStart = defineCommand({
  operands: '',
  count: [0, 0],
  description: 'Needs root. Where an agent runs already, that one is kept, and lets the account of --owner use it too.',
  flags: {
    owner: { type: 'string', value: 'UID', help: 'Let this account use the agent too; its number.' },
    foreground: { type: 'boolean', help: 'Stay until the agent ends, as a service manager wants it.' },
  },
  examples: [
    { line: 'joey agent start', comment: 'Returns when the agent answers.' },
    { line: 'sudo joey agent start --owner "$UID"', comment: 'An agent that you can use without root.' },
  ],
  async run({ flags }, context) {
    const owner = readOwner(flags.owner)
    if (flags.foreground) return await runAgent({ ...context, owner })
    const { info, already, copied } = await startAgent({ ...context, owner })
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
