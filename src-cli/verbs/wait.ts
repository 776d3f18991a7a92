import { defineCommand } from '../command/command.ts'
import { eachSandbox } from './shared/each-sandbox.ts'

export const wait = defineCommand({
  operands: 'SANDBOX [SANDBOX...]',
  count: [1, Number.POSITIVE_INFINITY],
  description: 'Prints one exit code a line, in the order of the names; "unknown" where nobody could see it.',
  flags: {},
  examples: [{ line: 'joey wait job', says: 'Returns when it has ended, and prints its exit code.' }],
  run({ operands, flags }, context) {
    return eachSandbox(context, {
      names: operands,
      style: flags,
      act: (ref) => context.client.waitSandbox({ ref }),
      line: ({ exit }) => (exit.code === null ? 'unknown' : String(exit.code)),
    })
  },
})
