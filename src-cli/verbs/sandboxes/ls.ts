import { formatBytes } from '#contract/byte-size'
import { networksOf } from '#contract/networks-of'
import type { Sandbox } from '#contract/sandbox'
import { healthStates, isolationClasses, sandboxStates } from '#contract/words'
import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { type Context, printJson, printLine } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { printTable } from '../../output/print-table.ts'
import { printFormatted, type RowFields, requireOneForm } from '../../output/row-format.ts'
import { describeStatus, formatPort, sandboxColumns } from '../../output/sandbox-table.ts'
import type { Column } from '../../output/table.ts'
import { formatAgo, formatArgv } from '../../output/words.ts'
import { type Filters, type FilterValues, hasLabel, isNameLike, readFiltersOf } from '../../parse/filters.ts'
import { parseWhole } from '../../parse/size.ts'
import { sandboxRef } from '../shared/sandbox-ref.ts'

export const ls = defineCommand({
  operands: '',
  count: [0, 0],
  description:
    'A filter is id=, name=PART, status=, class=, image= (or ancestor=), network=, health=, label=, exited=CODE, before=SANDBOX,\n' +
    'since=SANDBOX, volume= or publish=PORT.',
  flags: {
    all: { type: 'boolean', short: 'a', help: 'Also those that do not run.' },
    quiet: { type: 'boolean', short: 'q', help: 'Print ids only.' },
    filter: {
      type: 'string',
      short: 'f',
      multiple: true,
      value: 'KEY=VALUE',
      help: 'Only those that fit, as in name=PART or status=running.',
    },
    last: { type: 'string', short: 'n', value: 'NUMBER', help: 'The latest so many, also those that do not run.' },
    latest: { type: 'boolean', short: 'l', help: 'The latest one, whether it runs or not.' },
    size: { type: 'boolean', short: 's', help: 'What each has written to its disk, too.' },
    format: { type: 'string', value: 'TEMPLATE', help: 'As in {{.Name}}, table {{.ID}}\\t{{.State}}, or json.' },
    'no-trunc': { type: 'boolean', help: 'Print commands whole.' },
  },
  examples: [
    { line: 'joey ls -a', comment: 'Lists every sandbox.' },
    { line: 'joey rm $(joey ls -aq --filter state=stopped)', comment: 'Removes those that have ended.' },
    { line: "joey ls --format 'table {{.Name}}\\t{{.Status}}'", comment: 'Chooses the columns, as in Docker.' },
    { line: "joey ls --json | jq -r '.[].name'", comment: 'Reads the names.' },
  ],
  async run({ flags }, context) {
    requireOneForm(flags)
    const { client, stdout } = context
    const last = readLast(flags)
    const matches = readFilters(await resolveMoments(context, flags.filter))
    // Asking for a state is asking for the sandboxes that have it.
    const all = flags.all || last !== null || flags.filter.some((text) => /^(state|status|exited)=/.test(text))
    const found = (await client.listSandboxes({ all })).filter(matches)
    const sandboxes = last === null ? found : found.slice(0, last)
    const written = flags.size ? await measureAll(context, sandboxes) : null
    if (flags.quiet && flags.json)
      printJson(
        stdout,
        sandboxes.map(({ id }) => id),
      )
    else if (flags.json)
      printJson(
        stdout,
        written === null
          ? sandboxes
          : sandboxes.map((each) => ({ ...each, writtenBytes: written.get(each.id) ?? null })),
      )
    else if (flags.format !== undefined) printFormatted(context, flags.format, sandboxes, fieldsWith(written))
    else if (flags.quiet) for (const { id } of sandboxes) printLine(stdout, id)
    else printTable(context, columnsWith(sandboxColumns(new Date(), { whole: flags['no-trunc'] }), written), sandboxes)
    return ExitCode.ok
  },
})

/** How many are asked for; null: no number. */
function readLast({ last, latest }: { readonly last: string | undefined; readonly latest: boolean }): number | null {
  if (latest) return 1
  if (last === undefined) return null
  // Docker's own default is -1, all of them.
  if (last === '-1') return Number.POSITIVE_INFINITY
  const count = parseWhole(last)
  if (count === undefined) throw usageError('usage-lines', { text: last })
  return count
}

/** Bytes by ids; what cannot be measured, because it is being made or removed, is left out. */
type Written = ReadonlyMap<string, number>

async function measureAll({ client }: Context, sandboxes: readonly Sandbox[]): Promise<Written> {
  const written = new Map<string, number>()
  for (const { id } of sandboxes) {
    const measured = await client.measureFiles({ tree: `sandbox:${id}`, own: true }).catch(() => null)
    if (measured !== null) written.set(id, measured.bytes)
  }
  return written
}

function sizeText(written: Written, id: string): string {
  const bytes = written.get(id)
  return bytes === undefined ? '-' : formatBytes(bytes)
}

function columnsWith(columns: readonly Column<Sandbox>[], written: Written | null): readonly Column<Sandbox>[] {
  return written === null ? columns : [...columns, { title: 'SIZE', cell: ({ id }) => sizeText(written, id) }]
}

/** `before=web` and `since=web` stand for the time when that one was made. */
export async function resolveMoments({ client }: Context, filters: readonly string[]): Promise<readonly string[]> {
  return Promise.all(
    filters.map(async (text) => {
      const [, key, word] = /^(before|since)=(.*)$/.exec(text) ?? []
      if (key === undefined || word === undefined) return text
      return `${key}=${(await client.inspectSandbox({ ref: sandboxRef(word) })).createdAt}`
    }),
  )
}

export const sandboxFilters: Filters<Sandbox> = {
  id: ({ id }, value) => id.startsWith(value),
  name: ({ name }, value) => hasPart(name, value),
  state: ({ state }, value) => state === value,
  // As Docker calls it; what ended is `exited` there.
  status: ({ state, restartsAt }, value) =>
    state === value || (value === 'exited' && state === 'stopped') || (value === 'restarting' && restartsAt !== null),
  class: (sandbox, value) => sandbox.class === value,
  image: ({ image, imageDigest }, value) => isNameLike(image, value) || imageDigest.startsWith(`sha256:${value}`),
  ancestor: ({ image, imageDigest }, value) => isNameLike(image, value) || imageDigest.startsWith(`sha256:${value}`),
  exited: ({ state, exit }, value) => state === 'stopped' && String(exit?.code) === value,
  before: ({ createdAt }, value) => createdAt < value,
  since: ({ createdAt }, value) => createdAt > value,
  volume: ({ spec }, value) =>
    [...spec.mounts, ...spec.volumes].some((each) =>
      [each.target, 'volume' in each ? each.volume : 'source' in each ? each.source : null].includes(value),
    ),
  publish: ({ ports }, value) =>
    ports.some(({ hostPort, guestPort, protocol = 'tcp' }) =>
      [hostPort, guestPort].some((port) => [String(port), `${port}/${protocol}`].includes(value)),
    ),
  network: ({ spec }, value) =>
    networksOf(spec).includes(value) || (networksOf(spec).length === 0 && spec.network === value),
  health: ({ health }, value) => (health ?? 'none') === value,
  label: ({ spec }, value) => hasLabel(spec.labels, value),
}

/** What a sandbox cannot be other than. */
export const sandboxFilterValues: FilterValues = {
  state: sandboxStates,
  status: [...sandboxStates, 'exited', 'restarting'],
  class: isolationClasses,
  health: [...healthStates, 'none'],
}

/** Whether a sandbox fits all that is asked for. */
export function readFilters(texts: readonly string[]): (sandbox: Sandbox) => boolean {
  return readFiltersOf(texts, sandboxFilters, sandboxFilterValues)
}

/** A part of the name; with ^ and $ its start and end, as Docker takes them, and with Docker's slash before it. */
function hasPart(name: string, value: string): boolean {
  const [, start, part = '', end] = /^(\^\/?)?(.*?)(\$)?$/s.exec(value) ?? []
  if (start !== undefined && end !== undefined) return name === part
  if (start !== undefined) return name.startsWith(part)
  return end === undefined ? name.includes(part) : name.endsWith(part)
}

const fieldsWith = (written: Written | null): RowFields<Sandbox> => ({
  ...fields,
  ...(written !== null && { Size: ({ id }: Sandbox) => sizeText(written, id) }),
})

const fields: RowFields<Sandbox> = {
  ID: ({ id }) => id,
  Name: ({ name }) => name,
  Names: ({ name }) => name,
  Image: ({ image }) => image,
  Class: (sandbox) => sandbox.class,
  State: ({ state }) => state,
  Status: (sandbox) => describeStatus(sandbox, new Date()),
  Command: ({ argv }) => formatArgv(argv),
  CreatedAt: ({ createdAt }) => createdAt,
  RunningFor: ({ createdAt }) => formatAgo(createdAt, new Date()),
  Ports: ({ ports }) => ports.map(formatPort).join(', '),
  Labels: ({ spec }) =>
    Object.entries(spec.labels)
      .map(([name, value]) => `${name}=${value}`)
      .join(','),
  Mounts: ({ spec }) => spec.mounts.map(({ source }) => source).join(','),
  Networks: ({ spec }) => networksOf(spec).join(',') || spec.network,
}
