import { appError } from '#contract/app-error'
import { startAgent } from '../agent/start-agent.ts'
import { defineCommand } from '../command/command.ts'
import { printJson, printLine } from '../context.ts'
import { ExitCode } from '../exit-codes.ts'

export const agentStart = defineCommand({
  operands: '',
  count: [0, 0],
  description: 'Needs root. Where an agent runs already, that one is kept.',
  flags: {
    owner: { type: 'string', value: 'UID', help: 'Let this account use the agent too; its number.' },
  },
  examples: [
    { line: 'joey agent start', says: 'Returns when the agent answers.' },
    { line: 'sudo joey agent start --owner "$UID"', says: 'An agent that you can use without root.' },
  ],
  async run({ flags }, context) {
    const { info, already } = await startAgent({ ...context, owner: readOwner(flags.owner) })
    if (flags.json) printJson(context.stdout, { running: true, ...info })
    else printLine(context.stdout, `The agent ${already ? 'runs already' : 'runs'} (pid ${info.pid}, ${info.socket}).`)
    return ExitCode.ok
  },
})

function readOwner(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^[0-9]{1,9}$/.test(text)) return Number(text)
  throw appError(
    'invalidRequest',
    'owner-not-valid',
    `--owner takes the number of an account, not "${text}". Try: --owner "$UID"`,
  )
}
