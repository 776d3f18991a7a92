import { formatBytes } from '#contract/byte-size'
import type { Image } from '#contract/image'
import { defineCommand } from '../../command/command.ts'
import { printJson, printLine, printNote } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { printTable } from '../../output/print-table.ts'
import { printFormatted, type RowFields, requireOneForm } from '../../output/row-format.ts'
import type { Column } from '../../output/table.ts'
import { formatAgo } from '../../output/words.ts'
import { type Filters, hasLabel, isNameLike, readFiltersOf } from '../../parse/filters.ts'

export const imageLs = defineCommand({
  operands: '',
  count: [0, 0],
  flags: {
    quiet: { type: 'boolean', short: 'q', help: 'Print digests only.' },
    filter: {
      type: 'string',
      multiple: true,
      value: 'KEY=VALUE',
      help: 'Only those with name=NAME (* for any part), label= or dangling=true|false.',
    },
    format: { type: 'string', value: 'TEMPLATE', help: 'As in {{.Name}}, table {{.ID}}\\t{{.Size}}, or json.' },
  },
  examples: [
    { line: "joey image ls --filter name='debian*' --format '{{.Name}} {{.Size}}'", comment: 'As in Docker.' },
    { line: 'joey image ls', comment: 'Names, digests and sizes, and what of these other images have too.' },
  ],
  async run({ flags }, context) {
    requireOneForm(flags)
    const fits = readFiltersOf(flags.filter, filters, filterValues)
    const images = (await context.client.listImages({})).filter(fits)
    if (flags.quiet && flags.json)
      printJson(
        context.stdout,
        images.map(({ digest }) => digest),
      )
    else if (flags.json) printJson(context.stdout, images)
    else if (flags.format !== undefined) printFormatted(context, flags.format, images.flatMap(rowsOf), fields)
    else if (flags.quiet) for (const { digest } of images) printLine(context.stdout, digest)
    else {
      printTable(context, columns(new Date()), images.flatMap(rowsOf))
      // Whoever has no other does not know yet where they come from.
      if (context.stdout.isTTY && images.every(({ builtIn }) => builtIn)) printNote(context, howToGetOne)
    }
    return ExitCode.ok
  },
})

const howToGetOne =
  'Fetch others by the names that Docker has for them: joey pull debian:12. From a file: joey image import FILE'

interface Row {
  readonly name: string
  readonly image: Image
}

/** One line for each name; an image without a name has one too. */
function rowsOf(image: Image): readonly Row[] {
  return (image.names.length > 0 ? image.names : ['-']).map((name) => ({ name, image }))
}

const filters: Filters<Image> = {
  name: ({ names }, value) => names.some((name) => isNameLike(name, value)),
  reference: ({ names }, value) => names.some((name) => isNameLike(name, value)),
  label: ({ config }, value) => hasLabel(config.labels, value),
  dangling: ({ names }, value) => String(names.length === 0) === value,
}

const filterValues = { dangling: ['true', 'false'] }

const fields: RowFields<Row> = {
  ID: ({ image }) => shortDigest(image),
  Digest: ({ image }) => image.digest,
  Name: ({ name }) => name,
  Repository: ({ name }) => name.replace(/:[^:/]*$/, ''),
  Tag: ({ name }) => /:([^:/]*)$/.exec(name)?.[1] ?? '-',
  Size: ({ image }) => formatBytes(image.sizeBytes),
  SharedSize: ({ image }) => formatBytes(image.sharedBytes),
  UniqueSize: ({ image }) => formatBytes(image.sizeBytes - image.sharedBytes),
  CreatedAt: ({ image }) => image.createdAt ?? '',
  Labels: ({ image }) =>
    Object.entries(image.config.labels)
      .map(([name, value]) => `${name}=${value}`)
      .join(','),
}

const shortDigest = ({ digest }: Image): string => digest.slice('sha256:'.length, 'sha256:'.length + 12)

function columns(now: Date): readonly Column<Row>[] {
  return [
    { title: 'NAME', cell: ({ name }) => name },
    { title: 'DIGEST', cell: ({ image }) => shortDigest(image) },
    { title: 'ARCHITECTURE', cell: ({ image }) => image.architecture },
    { title: 'SIZE', cell: ({ image }) => formatBytes(image.sizeBytes), align: 'right' },
    { title: 'SHARED', cell: ({ image }) => formatBytes(image.sharedBytes), align: 'right' },
    { title: 'IMPORTED', cell: ({ image }) => (image.builtIn ? 'built in' : formatAgo(image.importedAt, now)) },
  ]
}
