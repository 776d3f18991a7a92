import { defineCommand } from '../command/command.ts'
import { parseGrace } from '../parse/time.ts'
import { eachSandbox } from './shared/each-sandbox.ts'

export const stop = defineCommand({
  operands: 'SANDBOX [SANDBOX...]',
  count: [1, Number.POSITIVE_INFINITY],
  flags: {
    time: { type: 'string', short: 't', value: 'SECONDS', help: 'Wait this long before killing it.' },
  },
  examples: [{ line: 'joey stop -t 2 web', says: 'Sends its stop signal, and kills it after two seconds.' }],
  run({ operands, flags }, context) {
    const grace = flags.time === undefined ? {} : { graceMs: parseGrace('-t', flags.time) }
    const act = (ref: string) => context.client.stopSandbox({ ref, ...grace })
    return eachSandbox(context, { names: operands, style: flags, act })
  },
})
