import { SignalName } from '#contract/sandbox'
import { defineCommand } from '../command/command.ts'
import { usageError } from '../command/usage-error.ts'
import { eachSandbox } from './shared/each-sandbox.ts'

export const kill = defineCommand({
  operands: 'SANDBOX [SANDBOX...]',
  count: [1, Number.POSITIVE_INFINITY],
  flags: {
    signal: {
      type: 'string',
      short: 's',
      value: 'SIGNAL',
      help: 'Which signal: a name or a number. KILL if not given.',
    },
  },
  examples: [
    { line: 'joey kill web', says: 'Kills it at once.' },
    { line: 'joey kill -s HUP web', says: 'Asks its main process to read its configuration again.' },
  ],
  run({ operands, flags }, context) {
    const signal = (flags.signal ?? 'KILL').toUpperCase()
    if (!SignalName.safeParse(signal).success)
      throw usageError(`-s ${flags.signal}: not the name or number of a signal.`)
    const act = (ref: string) => context.client.killSandbox({ ref, signal })
    return eachSandbox(context, { names: operands, style: flags, act })
  },
})
