import type { FunctionDetails } from '#contract/function'
import { defineCommand } from '../../command/command.ts'
import { printJson, printLine } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { printTable } from '../../output/print-table.ts'
import type { Column } from '../../output/table.ts'
import { formatAgo } from '../../output/words.ts'
import { functionName } from './function-name.ts'

export const fnLs = defineCommand({
  operands: '',
  count: [0, 0],
  flags: { quiet: { type: 'boolean', short: 'q', help: 'Print names only.' } },
  examples: [{ line: 'joey fn ls', comment: 'Names, addresses, and how many sandboxes run for each.' }],
  async run({ flags }, context) {
    const functions = await context.client.listFunctions({})
    const names = functions.map(({ name }) => name)
    if (flags.json) printJson(context.stdout, flags.quiet ? names : functions)
    else if (flags.quiet) for (const name of names) printLine(context.stdout, name)
    else printTable(context, columns(new Date()), functions)
    return ExitCode.ok
  },
})

export const fnInspect = defineCommand({
  operands: 'FUNCTION [FUNCTION...]',
  count: [1, Number.POSITIVE_INFINITY],
  description: 'Prints JSON: revisions, shares of the calls, instances and what the autoscaler wants.',
  flags: {},
  examples: [{ line: 'joey fn inspect count', comment: 'All that is known of it.' }],
  async run({ operands }, context) {
    const found = []
    for (const name of operands) found.push(await context.client.inspectFunction({ name: functionName(name) }))
    printJson(context.stdout, found)
    return ExitCode.ok
  },
})

function columns(now: Date): readonly Column<FunctionDetails>[] {
  return [
    { title: 'NAME', cell: ({ name }) => name },
    { title: 'CLASS', cell: ({ revisions: [newest] }) => newest?.spec.sandbox.class ?? '-' },
    { title: 'KIND', cell: ({ revisions: [newest] }) => newest?.spec.kind ?? '-' },
    { title: 'INSTANCES', cell: describeInstances, align: 'right' },
    { title: 'TRAFFIC', cell: describeTraffic },
    { title: 'CREATED', cell: ({ createdAt }) => formatAgo(createdAt, now) },
    { title: 'URL', cell: ({ url }) => url ?? '-' },
  ]
}

function describeInstances({ states }: FunctionDetails): string {
  return String(states.reduce((sum, { ready, starting }) => sum + ready + starting, 0))
}

function describeTraffic({ traffic }: FunctionDetails): string {
  return traffic
    .map(({ revision, percent, tag }) => `${revision}: ${percent} %${tag === null ? '' : ` (${tag})`}`)
    .join(', ')
}
