import { defineCommand } from '../../command/command.ts'
import { printJson, printLine } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { parseNetworkName } from '../../parse/class.ts'
import { parseLabels } from '../../parse/words.ts'

export const networkCreate = defineCommand({
  operands: 'NETWORK',
  count: [1, 1],
  description:
    'Makes a network for sandboxes that reach each other by name, with what is said here.\n"joey run --network NAME" needs none to be made; one that is made stays when nobody is on it.',
  flags: {
    subnet: { type: 'string', value: 'SUBNET', help: 'Give its sandboxes addresses of this subnet, as 10.9.0.0/24.' },
    internal: { type: 'boolean', help: 'Without a way out.' },
    isolated: { type: 'boolean', help: 'Its sandboxes do not reach each other.' },
    label: { type: 'string', short: 'l', multiple: true, value: 'NAME=VALUE', help: 'Attach a label.' },
  },
  examples: [
    { line: 'joey network create backend', comment: 'For joey run --network backend.' },
    {
      line: 'joey network create --subnet 10.9.0.0/24 --internal db',
      comment: 'With addresses of its own, and no way out.',
    },
  ],
  async run({ operands: [word = ''], flags }, context) {
    const network = await context.client.createNetwork({
      name: parseNetworkName('NETWORK', word),
      subnet: flags.subnet ?? null,
      internal: flags.internal,
      isolated: flags.isolated,
      labels: parseLabels(flags.label),
    })
    if (flags.json) printJson(context.stdout, network)
    else printLine(context.stdout, network.name)
    return ExitCode.ok
  },
})
