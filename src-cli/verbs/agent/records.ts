import { appError } from '#contract/app-error'
import type { UnreadableEntry } from '#contract/records'
import { defineCommand } from '../../command/command.ts'
import { type Context, printJson, printLine } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { printTable } from '../../output/print-table.ts'
import type { Column } from '../../output/table.ts'
import { formatAgo } from '../../output/words.ts'

export const records = defineCommand({
  operands: '',
  count: [0, 0],
  description: 'Each start of the agent tries them again, so that a later version of Joey takes up what it can read.',
  flags: {},
  examples: [{ line: 'joey records ls', comment: 'What each is of, since when, and why it cannot be read.' }],
  async run({ flags }, context) {
    const entries = await context.client.listUnreadable({})
    if (flags.json) printJson(context.stdout, entries)
    else printTable(context, columns(new Date()), entries)
    return ExitCode.ok
  },
})

export const recordsDrop = defineCommand({
  operands: 'ID [ID...]',
  count: [1, Number.POSITIVE_INFINITY],
  description: 'What it was is lost, and the next start of the agent removes its files.',
  flags: { yes: { type: 'boolean', help: 'Do it: it cannot be taken back.' } },
  examples: [{ line: 'joey records drop --yes 0123456789ab', comment: 'An id as "joey records ls" lists it.' }],
  async run({ operands, flags }, context) {
    const entries = await context.client.listUnreadable({})
    const chosen = operands.flatMap((word) => find(entries, word))
    if (!flags.yes) throw appError('record-drop-unconfirmed', { record: chosen.map(describe).join(', ') })
    const dropped = await dropAll(context, chosen)
    if (flags.json) printJson(context.stdout, dropped)
    else for (const { id } of dropped) printLine(context.stdout, id)
    return ExitCode.ok
  },
})

async function dropAll({ client }: Context, chosen: readonly UnreadableEntry[]): Promise<UnreadableEntry[]> {
  const dropped: UnreadableEntry[] = []
  for (const { table, id } of chosen) dropped.push(await client.dropUnreadable({ table, id }))
  return dropped
}

/** All that have the id: a sandbox and its schedule have the same. */
function find(entries: readonly UnreadableEntry[], word: string): readonly UnreadableEntry[] {
  const found = entries.filter(({ id }) => id === word)
  if (found.length === 0) throw appError('record-not-set-aside', { record: word })
  return found
}

const describe = ({ table, id }: UnreadableEntry): string => `${table} ${id}`

function columns(now: Date): readonly Column<UnreadableEntry>[] {
  return [
    { title: 'OF', cell: ({ table }) => table },
    { title: 'ID', cell: ({ id }) => id },
    { title: 'NAME', cell: ({ name }) => name ?? '-' },
    { title: 'SET ASIDE', cell: ({ at }) => formatAgo(at, now) },
    { title: 'WHY', cell: ({ why }) => why.replaceAll(/\s*\n\s*/g, ', ') },
  ]
}
