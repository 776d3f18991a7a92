import { formatBytes } from '#contract/byte-size'
import type { HistoryStep } from '#contract/image-upkeep'
import { defineCommand } from '../../command/command.ts'
import { printJson } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { printTable } from '../../output/print-table.ts'
import { sanitize } from '../../output/sanitize.ts'
import type { Column } from '../../output/table.ts'
import { formatAgo } from '../../output/words.ts'
import { imageRef } from '../shared/image-ref.ts'

export const imageHistory = defineCommand({
  operands: 'IMAGE',
  count: [1, 1],
  description:
    'How an image came to be, the latest step first, as it says itself. Of one that was imported only the sizes of its layers\n' +
    'are known.',
  flags: { 'no-trunc': { type: 'boolean', help: 'Show the whole of each step.' } },
  examples: [{ line: 'joey image history team/web:1.2', comment: 'What each step of its build has added.' }],
  async run({ operands: [ref = ''], flags }, context) {
    const steps = await context.client.readImageHistory({ ref: imageRef(ref) })
    if (flags.json) printJson(context.stdout, steps)
    else printTable(context, columns(new Date(), flags['no-trunc']), steps)
    return ExitCode.ok
  },
})

const mostCharacters = 60

function columns(now: Date, whole: boolean): readonly Column<HistoryStep>[] {
  return [
    { title: 'CREATED', cell: ({ createdAt }) => (createdAt === null ? '-' : formatAgo(createdAt, now)) },
    {
      title: 'SIZE',
      cell: ({ contentBytes }) => (contentBytes === null ? '-' : formatBytes(contentBytes)),
      align: 'right',
    },
    { title: 'CREATED BY', cell: ({ createdBy }) => shorten(sanitize(createdBy), whole) },
    { title: 'COMMENT', cell: ({ comment }) => shorten(sanitize(comment), whole) },
  ]
}

function shorten(text: string, whole: boolean): string {
  return whole || text.length <= mostCharacters ? text : `${text.slice(0, mostCharacters - 1)}…`
}
