import type { Sandbox } from '#contract/sandbox'
import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { printJson, printLine } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { printTable } from '../../output/print-table.ts'
import { sandboxColumns } from '../../output/sandbox-table.ts'

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
      help: 'Only those with name=PART, state=, class= or label=.',
    },
    'no-trunc': { type: 'boolean', help: 'Print commands whole.' },
  },
  examples: [
    { line: 'joey ls -a', comment: 'Lists every sandbox.' },
    { line: 'joey rm $(joey ls -aq --filter state=stopped)', comment: 'Removes those that have ended.' },
    { line: "joey ls --json | jq -r '.[].name'", comment: 'Reads the names.' },
  ],
  async run({ flags }, context) {
    const matches = readFilters(flags.filter)
    // Asking for a state is asking for the sandboxes that have it.
    const all = flags.all || flags.filter.some((text) => text.startsWith('state='))
    const sandboxes = (await context.client.listSandboxes({ all })).filter(matches)
    if (flags.quiet && flags.json)
      printJson(
        context.stdout,
        sandboxes.map(({ id }) => id),
      )
    else if (flags.json) printJson(context.stdout, sandboxes)
    else if (flags.quiet) for (const { id } of sandboxes) printLine(context.stdout, id)
    else printTable(context, sandboxColumns(new Date(), { whole: flags['no-trunc'] }), sandboxes)
    return ExitCode.ok
  },
})

type Filter = (sandbox: Sandbox, value: string) => boolean

const filters: Readonly<Record<string, Filter>> = {
  name: ({ name }, value) => name.includes(value),
  state: ({ state }, value) => state === value,
  class: (sandbox, value) => sandbox.class === value,
  label: ({ spec }, value) => {
    const equals = value.indexOf('=')
    if (equals < 0) return Object.hasOwn(spec.labels, value)
    return spec.labels[value.slice(0, equals)] === value.slice(equals + 1)
  },
}

/** Filters of the same key widen the choice, filters of different keys narrow it: Docker's rule. */
export function readFilters(texts: readonly string[]): (sandbox: Sandbox) => boolean {
  const wanted = new Map<string, string[]>()
  for (const text of texts) {
    const equals = text.indexOf('=')
    const key = text.slice(0, Math.max(0, equals))
    if (!Object.hasOwn(filters, key)) {
      throw usageError('usage-filter', { text, names: Object.keys(filters).join(', ') })
    }
    wanted.set(key, [...(wanted.get(key) ?? []), text.slice(equals + 1)])
  }
  return (sandbox) => [...wanted].every(([key, values]) => values.some((value) => filters[key]?.(sandbox, value)))
}
