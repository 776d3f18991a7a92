import type { Sandbox } from '#contract/sandbox'
import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { type Context, printJson, printNote } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { printTable } from '../../output/print-table.ts'
import { sandboxColumns } from '../../output/sandbox-table.ts'
import { count } from '../../output/words.ts'
import { type Filters, readFiltersOf } from '../../parse/filters.ts'
import { parseSince } from '../../parse/time.ts'
import { ask } from '../../tty/ask.ts'
import { eachSandbox } from '../shared/each-sandbox.ts'
import { resolveMoments, sandboxFilters, sandboxFilterValues } from './ls.ts'

export const prune = defineCommand({
  operands: '',
  count: [0, 0],
  description:
    'Removes the sandboxes that do not run, with their disks and logs. They are shown first, and it asks; without a terminal it\n' +
    'needs --force. Those that their policy starts again stay. Images are "joey image prune".',
  flags: {
    'dry-run': { type: 'boolean', help: 'Only show what would be removed.' },
    force: { type: 'boolean', short: 'f', help: 'Do not ask.' },
    filter: {
      type: 'string',
      multiple: true,
      value: 'KEY=VALUE',
      help: 'As for joey ls; until=TIME: made before that.',
    },
  },
  examples: [
    { line: 'joey prune --dry-run', comment: 'Shows what would go.' },
    {
      line: 'joey prune -f --filter until=24h --filter label=ci',
      comment: 'What has the label and is older than a day.',
    },
  ],
  async run({ flags }, context) {
    const fits = readFiltersOf(await resolveMoments(context, flags.filter), filters, sandboxFilterValues)
    const all = await context.client.listSandboxes({ all: true })
    const atRest = all.filter(isAtRest)
    const found = atRest.filter(fits)
    if (found.length === 0 && !flags.json) printNote(context, explainNone(atRest, flags.filter))
    if (flags['dry-run'] || found.length === 0) return show(context, found, flags.json)
    if (!flags.force) {
      if (!context.stdin.isTTY) throw usageError('usage-prune-asks')
      printTable(context, sandboxColumns(new Date(), { whole: false }), found)
      const question = `Remove ${count(found.length, 'sandbox')} with disk and log? [y/N] `
      const answer = await ask(context, question, { secret: false })
      if (!/^y(es)?$/i.test(answer.trim())) {
        printNote(context, 'Nothing was removed.')
        return ExitCode.ok
      }
    }
    // Not by force: one that was started meanwhile stays.
    const act = (ref: string) => context.client.removeSandbox({ ref, force: false })
    const names = new Map(found.map(({ id, name }) => [id, name]))
    const line = ({ id }: { readonly id: string }) => names.get(id) ?? id
    return eachSandbox(context, { names: found.map(({ id }) => id), style: flags, act, line })
  },
})

function isAtRest({ state, restartsAt }: Sandbox): boolean {
  return (state === 'stopped' || state === 'created') && restartsAt === null
}

const filters: Filters<Sandbox> = {
  ...sandboxFilters,
  until: ({ createdAt }, value) => Date.parse(createdAt) < Date.parse(parseSince('--filter until', value, new Date())),
}

function explainNone(atRest: readonly Sandbox[], texts: readonly string[]): string {
  if (atRest.length === 0) return 'Nothing to remove: every sandbox runs, or there is none.'
  const fitsOtherwise = readFiltersOf(
    texts.filter((text) => !text.startsWith('until=')),
    filters,
  )
  return `Nothing to remove: of those that do not run none ${atRest.some(fitsOtherwise) ? 'is old enough' : 'fits the filters'}.`
}

function show(context: Context, found: readonly Sandbox[], json: boolean): number {
  if (json) printJson(context.stdout, found)
  else if (found.length > 0) printTable(context, sandboxColumns(new Date(), { whole: false }), found)
  return ExitCode.ok
}
