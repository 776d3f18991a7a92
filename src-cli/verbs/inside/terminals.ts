import type { Terminal } from '#contract/terminal'
import { defineCommand } from '../../command/command.ts'
import { printJson } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { printTable } from '../../output/print-table.ts'
import { type Column, shorten } from '../../output/table.ts'
import { formatAgo, formatArgv } from '../../output/words.ts'
import { sandboxRef } from '../shared/sandbox-ref.ts'

export const terminals = defineCommand({
  operands: 'SANDBOX',
  count: [1, 1],
  flags: {},
  examples: [{ line: 'joey terminals web', comment: 'Their ids are for joey attach web --terminal ID.' }],
  async run({ operands: [word = ''], flags }, context) {
    const list = await context.client.listTerminals({ ref: sandboxRef(word) })
    if (flags.json) printJson(context.stdout, list)
    else printTable(context, columns(new Date()), list)
    return ExitCode.ok
  },
})

function columns(now: Date): readonly Column<Terminal>[] {
  return [
    { title: 'ID', cell: ({ id }) => id },
    { title: 'KIND', cell: ({ kind }) => kind },
    {
      title: 'STATE',
      cell: ({ state, exitCode }) => (state === 'exited' ? `exited (${exitCode ?? 'unknown'})` : state),
    },
    { title: 'SIZE', cell: (terminal) => `${terminal.columns}x${terminal.rows}` },
    { title: 'VIEWERS', cell: ({ viewers }) => String(viewers), align: 'right' },
    { title: 'OPENED', cell: ({ createdAt }) => formatAgo(createdAt, now) },
    { title: 'COMMAND', cell: ({ argv }) => shorten(formatArgv(argv), 50) },
  ]
}
