import { defineCommand } from '../../command/command.ts'
import { printJson, printLine } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { parseNetworkName } from '../../parse/class.ts'
import { removeEach } from '../shared/remove-each.ts'

export const networkRm = defineCommand({
  operands: 'NETWORK [NETWORK...]',
  count: [1, Number.POSITIVE_INFINITY],
  description: 'Removes networks. One that a sandbox is on, running or not, is kept.',
  flags: {},
  examples: [{ line: 'joey network rm backend', comment: 'Removes one that nothing uses.' }],
  run({ operands, flags }, context) {
    return removeEach(
      context,
      operands.map((word) => parseNetworkName('NETWORK', word)),
      flags,
      (name) => context.client.removeNetwork({ name }),
    )
  },
})

export const networkPrune = defineCommand({
  operands: '',
  count: [0, 0],
  description: 'Removes the networks that no sandbox is on. They hold nothing, so it does not ask.',
  flags: {
    'dry-run': { type: 'boolean', help: 'Only show what would be removed.' },
    force: { type: 'boolean', short: 'f', help: 'As it is anyway.' },
  },
  examples: [{ line: 'joey network prune --dry-run', comment: 'What could go.' }],
  async run({ flags }, context) {
    const result = await context.client.pruneNetworks({ dryRun: flags['dry-run'] })
    if (flags.json) printJson(context.stdout, result)
    else for (const name of result.removed) printLine(context.stdout, name)
    return ExitCode.ok
  },
})
