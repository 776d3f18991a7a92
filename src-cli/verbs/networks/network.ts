import { defineCommand } from '../../command/command.ts'
import { parseNetworkName } from '../../parse/class.ts'
import { eachSandbox } from '../shared/each-sandbox.ts'

export const networkJoin = defineCommand({
  operands: 'NETWORK SANDBOX [SANDBOX...]',
  count: [2, Number.POSITIVE_INFINITY],
  description: 'Sandboxes on the network of one name reach each other by their names; a sandbox is on one at most.',
  flags: {},
  examples: [{ line: 'joey network join backend web db', comment: 'web and db reach each other from now on.' }],
  run({ operands: [name = '', ...words], flags }, context) {
    const networkName = parseNetworkName('NETWORK', name)
    const act = (ref: string) => context.client.setNetwork({ ref, networkName })
    return eachSandbox(context, { names: words, style: flags, act })
  },
})

export const networkLeave = defineCommand({
  operands: 'SANDBOX [SANDBOX...]',
  count: [1, Number.POSITIVE_INFINITY],
  flags: {},
  examples: [{ line: 'joey network leave web', comment: 'No other sandbox reaches it any more.' }],
  run({ operands, flags }, context) {
    const act = (ref: string) => context.client.setNetwork({ ref, networkName: null })
    return eachSandbox(context, { names: operands, style: flags, act })
  },
})
