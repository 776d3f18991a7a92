import { defineCommand } from '../command/command.ts'
import { parseGrace } from '../parse/time.ts'
import { eachSandbox } from './shared/each-sandbox.ts'

export const restart = defineCommand({
  operands: 'SANDBOX [SANDBOX...]',
  count: [1, Number.POSITIVE_INFINITY],
  flags: {
    time: { type: 'string', short: 't', value: 'SECONDS', help: 'Wait this long before killing it.' },
  },
  examples: [{ line: 'joey restart -t 2 web', says: 'Stops it within two seconds and starts it again.' }],
  run({ operands, flags }, context) {
    const grace = flags.time === undefined ? {} : { graceMs: parseGrace('-t', flags.time) }
    const act = (ref: string) => context.client.restartSandbox({ ref, ...grace })
    return eachSandbox(context, { names: operands, style: flags, act })
  },
})
