import { defineCommand } from '../command/command.ts'
import { eachSandbox } from './shared/each-sandbox.ts'

export const start = defineCommand({
  operands: 'SANDBOX [SANDBOX...]',
  count: [1, Number.POSITIVE_INFINITY],
  flags: {},
  examples: [{ line: 'joey start web', says: 'Starts it again with the files it had.' }],
  run({ operands, flags }, context) {
    const act = (ref: string) => context.client.startSandbox({ ref })
    return eachSandbox(context, { names: operands, style: flags, act })
  },
})
