import { awaitedConditions } from '#contract/words'
import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { eachSandbox } from '../shared/each-sandbox.ts'

const names = ['exited', ...awaitedConditions].join(', ')

export const wait = defineCommand({
  operands: 'SANDBOX [SANDBOX...]',
  count: [1, Number.POSITIVE_INFINITY],
  description:
    'Prints one exit code a line, in the order of the names; "unknown" where nobody could see it. With another condition the names.',
  flags: {
    condition: { type: 'string', value: 'CONDITION', help: `What to wait for: ${names}. Exited if not given.` },
  },
  examples: [
    { line: 'joey wait job', comment: 'Returns when it has ended, and prints its exit code.' },
    { line: 'joey wait --condition healthy web', comment: 'Returns when a check of its health has succeeded.' },
  ],
  run({ operands, flags }, context) {
    const condition = readCondition(flags.condition ?? 'exited')
    if (condition !== 'exited') {
      const act = (ref: string) => context.client.awaitSandbox({ ref, condition })
      return eachSandbox(context, { names: operands, style: flags, act })
    }
    return eachSandbox(context, {
      names: operands,
      style: flags,
      act: (ref) => context.client.waitSandbox({ ref }),
      line: ({ exit }) => (exit.code === null ? 'unknown' : String(exit.code)),
    })
  },
})

function readCondition(text: string): 'exited' | (typeof awaitedConditions)[number] {
  const found = (['exited', ...awaitedConditions] as const).find((name) => name === text)
  if (found !== undefined) return found
  throw usageError('usage-condition', { option: '--condition', text, names })
}
