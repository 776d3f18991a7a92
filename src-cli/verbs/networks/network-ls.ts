import type { NetworkDetails } from '#contract/network'
import { defineCommand } from '../../command/command.ts'
import { printJson, printLine } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { printTable } from '../../output/print-table.ts'
import type { Column } from '../../output/table.ts'
import { formatAgo } from '../../output/words.ts'
import { parseNetworkName } from '../../parse/class.ts'

export const networkLs = defineCommand({
  operands: '',
  count: [0, 0],
  description: 'Lists the networks that were made, and those that are there because a sandbox names them.',
  flags: { quiet: { type: 'boolean', short: 'q', help: 'Print names only.' } },
  examples: [{ line: 'joey network ls', comment: 'Names, subnets, and the sandboxes that are on them.' }],
  async run({ flags }, context) {
    const networks = await context.client.listNetworks({})
    const names = networks.map(({ name }) => name)
    if (flags.json) printJson(context.stdout, flags.quiet ? names : networks)
    else if (flags.quiet) for (const name of names) printLine(context.stdout, name)
    else printTable(context, columns(new Date()), networks)
    return ExitCode.ok
  },
})

export const networkInspect = defineCommand({
  operands: 'NETWORK [NETWORK...]',
  count: [1, Number.POSITIVE_INFINITY],
  description: 'Prints JSON: its subnet, what it lets through, and who is on it with which address.',
  flags: {},
  examples: [{ line: 'joey network inspect backend', comment: 'All that is known of it.' }],
  async run({ operands }, context) {
    const found = []
    for (const word of operands)
      found.push(await context.client.inspectNetwork({ name: parseNetworkName('NETWORK', word) }))
    printJson(context.stdout, found)
    return ExitCode.ok
  },
})

function kindOf({ internal, isolated }: NetworkDetails): string {
  return [...(internal ? ['internal'] : []), ...(isolated ? ['isolated'] : [])].join(', ') || '-'
}

function columns(now: Date): readonly Column<NetworkDetails>[] {
  return [
    { title: 'NAME', cell: ({ name }) => name },
    { title: 'SUBNET', cell: ({ subnet }) => subnet ?? '-' },
    { title: 'KIND', cell: kindOf },
    { title: 'USED BY', cell: ({ users }) => users.map(({ name }) => name).join(', ') || '-' },
    { title: 'CREATED', cell: ({ createdAt }) => (createdAt === null ? '-' : formatAgo(createdAt, now)) },
  ]
}
