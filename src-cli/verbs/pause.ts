import { defineCommand } from '../command/command.ts'
import { eachSandbox } from './shared/each-sandbox.ts'

export const pause = defineCommand({
  operands: 'SANDBOX [SANDBOX...]',
  count: [1, Number.POSITIVE_INFINITY],
  flags: {},
  examples: [{ line: 'joey pause web', says: 'Freezes it; memory and files stay as they are.' }],
  run({ operands, flags }, context) {
    const act = (ref: string) => context.client.pauseSandbox({ ref })
    return eachSandbox(context, { names: operands, style: flags, act })
  },
})
