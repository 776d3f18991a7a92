import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { allNames, eachSandbox } from '../shared/each-sandbox.ts'

export const rm = defineCommand({
  operands: 'SANDBOX [SANDBOX...]',
  count: [0, Number.POSITIVE_INFINITY],
  flags: {
    force: { type: 'boolean', short: 'f', help: 'Also one that runs: kill it first.' },
    volumes: { type: 'boolean', short: 'v', help: 'Also the volumes that were made for it alone.' },
    all: { type: 'boolean', short: 'a', help: 'Every sandbox. Those that run are refused without --force.' },
  },
  docker: { '--link': 'link', '-l': 'link' },
  examples: [
    { line: 'joey rm web', comment: 'Removes a stopped sandbox.' },
    { line: 'joey rm -f web db', comment: 'Kills and removes two.' },
    { line: 'joey rm -fa', comment: 'Removes every sandbox, running or not.' },
  ],
  async run({ operands, flags }, context) {
    if (flags.all && operands.length > 0) throw usageError('usage-names-and-all')
    if (!flags.all && operands.length === 0) throw usageError('usage-names-or-all')
    const names = flags.all ? await allNames(context) : [...new Set(operands)]
    const act = (ref: string) => context.client.removeSandbox({ ref, force: flags.force, volumes: flags.volumes })
    return eachSandbox(context, { names, style: flags, act })
  },
})
