import { defineCommand } from '../../command/command.ts'
import { parseNetworkName } from '../../parse/class.ts'
import { eachSandbox } from '../shared/each-sandbox.ts'

export const networkJoin = defineCommand({
  operands: 'NETWORK SANDBOX [SANDBOX...]',
  count: [2, Number.POSITIVE_INFINITY],
  description:
    'Sandboxes on one network reach each other by their names.\nThey leave the others that they are on; with "joey network connect" they stay there.',
  flags: {},
  examples: [{ line: 'joey network join backend web db', comment: 'web and db reach each other from now on.' }],
  run({ operands: [name = '', ...words], flags }, context) {
    const networkName = parseNetworkName('NETWORK', name)
    const act = (ref: string) => context.client.setNetwork({ ref, networkName })
    return eachSandbox(context, { names: words, style: flags, act })
  },
})

export const networkConnect = defineCommand({
  operands: 'NETWORK SANDBOX [SANDBOX...]',
  count: [2, Number.POSITIVE_INFINITY],
  description:
    'Puts sandboxes on a network beside those that they are on, at once where they run.\nIn gVisor and micro-VMs an address in its subnet comes with the next start.',
  flags: {
    alias: { type: 'string', multiple: true, value: 'NAME', help: 'A further name by which the others find it.' },
    ip: { type: 'string', value: 'ADDRESS', help: 'Give it this address in the subnet of the network.' },
  },
  examples: [
    { line: 'joey network connect backend web', comment: 'web also reaches what is on backend.' },
    { line: 'joey network connect --alias db backend pg', comment: 'There pg is found as db too.' },
  ],
  run({ operands: [word = '', ...words], flags }, context) {
    const name = parseNetworkName('NETWORK', word)
    const wish = { name, aliases: [...flags.alias], ...(flags.ip !== undefined && { address: flags.ip }) }
    const act = (ref: string) => context.client.connectNetwork({ ...wish, ref })
    return eachSandbox(context, { names: words, style: flags, act })
  },
})

export const networkDisconnect = defineCommand({
  operands: 'NETWORK SANDBOX [SANDBOX...]',
  count: [2, Number.POSITIVE_INFINITY],
  flags: {},
  examples: [{ line: 'joey network disconnect backend web', comment: 'web stays on its other networks.' }],
  run({ operands: [word = '', ...words], flags }, context) {
    const name = parseNetworkName('NETWORK', word)
    const act = (ref: string) => context.client.disconnectNetwork({ name, ref })
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
