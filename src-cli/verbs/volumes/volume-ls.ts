import { formatBytes } from '#contract/byte-size'
import type { VolumeDetails } from '#contract/volume'
import { defineCommand } from '../../command/command.ts'
import { printJson, printLine } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { printTable } from '../../output/print-table.ts'
import type { Column } from '../../output/table.ts'
import { formatAgo } from '../../output/words.ts'
import { volumeName } from './volume-name.ts'

export const volumeLs = defineCommand({
  operands: '',
  count: [0, 0],
  flags: { quiet: { type: 'boolean', short: 'q', help: 'Print names only.' } },
  examples: [{ line: 'joey volume ls', comment: 'Names, sizes on disk, and the sandboxes that use them.' }],
  async run({ flags }, context) {
    const volumes = await context.client.listVolumes({ sizes: !flags.quiet })
    const names = volumes.map(({ name }) => name)
    if (flags.json) printJson(context.stdout, flags.quiet ? names : volumes)
    else if (flags.quiet) for (const name of names) printLine(context.stdout, name)
    else printTable(context, columns(new Date()), volumes)
    return ExitCode.ok
  },
})

export const volumeInspect = defineCommand({
  operands: 'VOLUME [VOLUME...]',
  count: [1, Number.POSITIVE_INFINITY],
  description: 'Prints JSON: labels, size on disk, and what uses it.',
  flags: {},
  examples: [{ line: 'joey volume inspect data', comment: 'All that is known of it.' }],
  async run({ operands }, context) {
    const found = []
    for (const name of operands) found.push(await context.client.inspectVolume({ name: volumeName(name) }))
    printJson(context.stdout, found)
    return ExitCode.ok
  },
})

/** The whole name of one that belongs to a sandbox says nothing to anybody. */
function shortName({ name, anonymous }: VolumeDetails): string {
  return anonymous ? `${name.slice(0, 12)}…` : name
}

function columns(now: Date): readonly Column<VolumeDetails>[] {
  return [
    { title: 'NAME', cell: shortName },
    {
      title: 'SIZE',
      cell: ({ sizeBytes }) => (sizeBytes === null ? '-' : formatBytes(sizeBytes)),
      align: 'right',
    },
    { title: 'USED BY', cell: ({ users }) => users.join(', ') || '-' },
    { title: 'CREATED', cell: ({ createdAt }) => formatAgo(createdAt, now) },
  ]
}
