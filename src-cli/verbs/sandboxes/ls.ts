import type { Sandbox } from '#contract/sandbox'
import { healthStates, isolationClasses, sandboxStates } from '#contract/words'
import { defineCommand } from '../../command/command.ts'
import { printJson, printLine } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { printTable } from '../../output/print-table.ts'
import { printFormatted, type RowFields, requireOneForm } from '../../output/row-format.ts'
import { describeStatus, formatPort, sandboxColumns } from '../../output/sandbox-table.ts'
import { formatAgo, formatArgv } from '../../output/words.ts'
import { type Filters, type FilterValues, hasLabel, isNameLike, readFiltersOf } from '../../parse/filters.ts'

export const ls = defineCommand({
  operands: '',
  count: [0, 0],
  flags: {
    all: { type: 'boolean', short: 'a', help: 'Also those that do not run.' },
    quiet: { type: 'boolean', short: 'q', help: 'Print ids only.' },
    filter: {
      type: 'string',
      multiple: true,
      value: 'KEY=VALUE',
      help: 'Only those with id=, name=PART, status=, class=, image=, network=, health= or label=.',
    },
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
    const matches = readFilters(flags.filter)
    // Asking for a state is asking for the sandboxes that have it.
    const all = flags.all || flags.filter.some((text) => /^(state|status)=/.test(text))
    const sandboxes = (await context.client.listSandboxes({ all })).filter(matches)
    if (flags.quiet && flags.json)
      printJson(
        context.stdout,
        sandboxes.map(({ id }) => id),
      )
    else if (flags.json) printJson(context.stdout, sandboxes)
    else if (flags.format !== undefined) printFormatted(context, flags.format, sandboxes, fields)
    else if (flags.quiet) for (const { id } of sandboxes) printLine(context.stdout, id)
    else printTable(context, sandboxColumns(new Date(), { whole: flags['no-trunc'] }), sandboxes)
    return ExitCode.ok
  },
})

export const sandboxFilters: Filters<Sandbox> = {
  id: ({ id }, value) => id.startsWith(value),
  name: ({ name }, value) => name.includes(value),
  state: ({ state }, value) => state === value,
  // As Docker calls it; what ended is `exited` there.
  status: ({ state }, value) => state === value || (value === 'exited' && state === 'stopped'),
  class: (sandbox, value) => sandbox.class === value,
  image: ({ image, imageDigest }, value) => isNameLike(image, value) || imageDigest.startsWith(`sha256:${value}`),
  network: ({ spec }, value) => spec.networkName === value || (spec.networkName === null && spec.network === value),
  health: ({ health }, value) => (health ?? 'none') === value,
  label: ({ spec }, value) => hasLabel(spec.labels, value),
}

/** What a sandbox cannot be other than. */
export const sandboxFilterValues: FilterValues = {
  state: sandboxStates,
  status: [...sandboxStates, 'exited'],
  class: isolationClasses,
  health: [...healthStates, 'none'],
}

/** Whether a sandbox fits all that is asked for. */
export function readFilters(texts: readonly string[]): (sandbox: Sandbox) => boolean {
  return readFiltersOf(texts, sandboxFilters, sandboxFilterValues)
}

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
  Networks: ({ spec }) => spec.networkName ?? spec.network,
}
