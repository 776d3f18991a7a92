import { AppError, appError } from '#contract/app-error'
import { waitForEnd } from '../../agent/process-life.ts'
import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { type Context, printJson, printLine } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { count } from '../../output/words.ts'

const deadlineMs = 30_000

export const agentStop = defineCommand({
  operands: '',
  count: [0, 0],
  flags: {
    sandboxes: { type: 'string', value: 'keep|stop', help: 'What becomes of those that run; keep if not given.' },
  },
  examples: [
    { line: 'joey agent stop', comment: 'Sandboxes run on; the next agent takes them over.' },
    { line: 'joey agent stop --sandboxes stop', comment: 'Stops every sandbox first.' },
  ],
  async run({ flags }, context) {
    const sandboxes = flags.sandboxes ?? 'keep'
    if (sandboxes !== 'keep' && sandboxes !== 'stop') throw usageError('usage-keep-or-stop', { text: sandboxes })
    const stopped = await stop(context, sandboxes)
    if (flags.json) printJson(context.stdout, { running: false, ...stopped })
    else printLine(context.stdout, describe(stopped))
    return ExitCode.ok
  },
})

interface Stopped {
  /** Null where no agent ran. */
  readonly pid: number | null
  readonly sandboxesRunning: number | null
}

async function stop({ client }: Context, sandboxes: 'keep' | 'stop'): Promise<Stopped> {
  try {
    const running = sandboxes === 'keep' ? (await client.listSandboxes({})).length : 0
    const { pid } = await client.stopAgent({ sandboxes })
    if (await waitForEnd(pid, deadlineMs)) return { pid, sandboxesRunning: running }
    throw appError('agent-does-not-stop', { pid, seconds: deadlineMs / 1000 })
  } catch (error) {
    if (AppError.from(error).wire.reason === 'agent-not-running') return { pid: null, sandboxesRunning: null }
    throw error
  }
}

function describe({ pid, sandboxesRunning }: Stopped): string {
  if (pid === null) return 'The agent was not running.'
  if (sandboxesRunning === 0) return 'The agent has stopped.'
  const verb = sandboxesRunning === 1 ? 'runs' : 'run'
  return `The agent has stopped. ${count(sandboxesRunning ?? 0, 'sandbox')} ${verb} on.`
}
