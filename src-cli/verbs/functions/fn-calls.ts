import { formatBytes } from '#contract/byte-size'
import type { Invocation } from '#contract/function'
import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { printJson } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { printTable } from '../../output/print-table.ts'
import type { Column } from '../../output/table.ts'
import { formatAgo } from '../../output/words.ts'
import { parseWhole } from '../../parse/size.ts'
import { functionName } from './function-name.ts'

const most = 1000

export const fnCalls = defineCommand({
  operands: 'FUNCTION',
  count: [1, 1],
  description: 'The newest first, with what each waited for. The last thousand are kept.',
  flags: { last: { type: 'string', short: 'n', value: 'NUMBER', help: 'So many: 100 if not given.' } },
  examples: [{ line: 'joey fn calls count -n 20', comment: 'Status, time and instance of the last twenty.' }],
  async run({ operands: [name = ''], flags }, context) {
    const last = flags.last === undefined ? 100 : (parseWhole(flags.last) ?? 0)
    if (last < 1 || last > most)
      throw usageError('usage-number', { option: '-n', text: flags.last ?? '', least: 1, most })
    const calls = await context.client.listInvocations({ name: functionName(name), last })
    if (flags.json) printJson(context.stdout, calls)
    else printTable(context, columns(new Date()), calls)
    return ExitCode.ok
  },
})

function columns(now: Date): readonly Column<Invocation>[] {
  return [
    { title: 'WHEN', cell: ({ at }) => formatAgo(at, now) },
    { title: 'REVISION', cell: ({ revision }) => String(revision), align: 'right' },
    { title: 'STATUS', cell: ({ status }) => String(status), align: 'right' },
    { title: 'FROM', cell: ({ how }) => how },
    { title: 'PLACED', cell: ({ placedMs }) => (placedMs === null ? '-' : `${placedMs} ms`), align: 'right' },
    { title: 'TOTAL', cell: ({ totalMs }) => `${totalMs} ms`, align: 'right' },
    { title: 'BYTES', cell: ({ bytes }) => formatBytes(bytes), align: 'right' },
    { title: 'INSTANCE', cell: ({ instance }) => instance ?? '-' },
    {
      title: 'CALL',
      cell: ({ method, path, problem }) => `${method} ${path}${problem === null ? '' : ` (${problem})`}`,
    },
  ]
}
