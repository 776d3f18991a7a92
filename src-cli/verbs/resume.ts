import { defineCommand } from '../command/command.ts'
import { eachSandbox } from './shared/each-sandbox.ts'

export const resume = defineCommand({
  operands: 'SANDBOX [SANDBOX...]',
  count: [1, Number.POSITIVE_INFINITY],
  flags: {},
  examples: [{ line: 'joey resume web', says: 'Lets it go on where it was.' }],
  run({ operands, flags }, context) {
    const act = (ref: string) => context.client.resumeSandbox({ ref })
    return eachSandbox(context, { names: operands, style: flags, act })
  },
})
