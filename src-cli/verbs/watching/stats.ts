import { appError } from '#contract/app-error'
import type { UsageSample } from '#contract/observe'
import type { Sandbox } from '#contract/sandbox'
import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { type Context, printJson, printLine } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { formatRows, requireOneForm } from '../../output/row-format.ts'
import { formatTable, wantsColours } from '../../output/table.ts'
import { noUsage, usageColumns, usageFields } from '../../output/usage-table.ts'
import { type Channel, openChannel } from '../../streams/channel.ts'
import { sandboxRef } from '../shared/sandbox-ref.ts'
import type { PastWish } from './past-use.ts'

export const stats = defineCommand({
  operands: '[SANDBOX...]',
  count: [0, Number.POSITIVE_INFINITY],
  description:
    'Refreshed every second on a terminal; once where the output goes elsewhere, and with --json.\nWith --since what was used over time: of sandboxes, of a class, or of this machine where neither is named.\nEvery second is kept for 10 minutes, 10 seconds for 6 hours, a minute for 7 days.',
  flags: {
    all: { type: 'boolean', short: 'a', help: 'Also those that do not run.' },
    'no-stream': { type: 'boolean', help: 'Print once and end.' },
    since: { type: 'string', value: 'TIME', help: 'From then on: 1h ago, or a moment.' },
    until: { type: 'string', value: 'TIME', help: 'Up to then; otherwise now.' },
    step: { type: 'string', value: 'DURATION', help: 'One line for so much time: 10s, 1m.' },
    class: { type: 'string', value: 'CLASS', help: 'Of all sandboxes of a class together.' },
    format: {
      type: 'string',
      value: 'TEMPLATE',
      help: 'As in {{.Name}} {{.CPUPerc}}, table {{.ID}}\\t{{.PIDs}}, or json. With --since table or csv.',
    },
    'no-trunc': { type: 'boolean', help: 'Changes nothing: ids and names are always whole.' },
  },
  examples: [
    { line: 'joey stats', comment: 'Every running sandbox, until Ctrl-C.' },
    { line: 'joey stats --no-stream web', comment: 'One sandbox, once.' },
    { line: 'joey stats --since 1h --step 1m web', comment: 'What it used in the last hour, minute by minute.' },
    { line: 'joey stats --since 7d --format csv', comment: 'The week of this machine, for a spreadsheet.' },
    {
      line: "joey stats --no-stream --format '{{.Name}} {{.MemUsage}}'",
      comment: 'Chooses what is shown, as in Docker.',
    },
  ],
  async run({ operands, flags }, context) {
    requireOneForm(flags)
    if (await showsPast(context, operands, flags)) return ExitCode.ok
    const names = await readNames(context, operands, flags.all)
    const linesOf = (samples: readonly UsageSample[], colours: boolean) =>
      flags.format === undefined
        ? formatTable(usageColumns(names.of), samples, { colours })
        : formatRows(flags.format, samples, usageFields(names.of))
    // A slip in the template is told at once.
    linesOf([], false)
    const live = context.stdout.isTTY === true && !flags['no-stream'] && !flags.json
    if (live) return refresh(context, names, linesOf)
    const samples = names.shown(await context.client.readUsage({}))
    if (flags.json) {
      printJson(
        context.stdout,
        samples.map((sample) => ({ name: names.of(sample.id), ...sample })),
      )
    } else
      for (const line of linesOf(samples, wantsColours(context.stdout, context.env))) printLine(context.stdout, line)
    return ExitCode.ok
  },
})

/** Prints the past where that is what was asked for; whether it was. */
async function showsPast(
  context: Context,
  words: readonly string[],
  wish: Omit<PastWish, 'since'> & { since: string | undefined },
): Promise<boolean> {
  const { since, until, step, class: ofClass } = wish
  if (since !== undefined) {
    // With its schemas, which what is used now can do without.
    const { printPastUse } = await import('./past-use.ts')
    await printPastUse(context, words, { ...wish, since })
  } else if ([until, step, ofClass].some((each) => each !== undefined)) throw usageError('usage-stats-since')
  return since !== undefined
}

interface Names {
  readonly of: (id: string) => string
  /** Those that were asked for; with all, also such as do not run. */
  readonly shown: (samples: readonly UsageSample[]) => readonly UsageSample[]
  /** Asks the agent again, for sandboxes that have appeared since. */
  readonly refresh: () => Promise<void>
}

async function readNames({ client }: Context, words: readonly string[], all: boolean): Promise<Names> {
  const chosen = await Promise.all(words.map((word) => client.inspectSandbox({ ref: sandboxRef(word) })))
  for (const { name, state } of chosen) {
    if (!all && state !== 'running' && state !== 'paused') {
      throw appError('sandbox-not-running', { name })
    }
  }
  const ids = new Set<string>(chosen.map(({ id }) => id))
  let known: ReadonlyMap<string, Sandbox> = new Map()
  const refresh = async (): Promise<void> => {
    known = new Map((await client.listSandboxes({ all: true })).map((sandbox) => [sandbox.id, sandbox]))
  }
  const wanted = ({ id }: { readonly id: string }) => ids.size === 0 || ids.has(id)
  const atRest = (samples: readonly UsageSample[]) => {
    const measured = new Set<string>(samples.map(({ id }) => id))
    const at = new Date().toISOString()
    return [...known.values()].filter(({ id }) => !measured.has(id)).map(({ id }) => noUsage(id, at))
  }
  await refresh()
  return {
    of: (id) => known.get(id)?.name ?? id,
    shown: (samples) => [...samples, ...(all ? atRest(samples) : [])].filter(wanted),
    refresh,
  }
}

/** Draws the table over itself with each message. Lines beyond the screen are left out: they could not be drawn over. */
async function refresh(
  context: Context,
  names: Names,
  linesOf: (samples: readonly UsageSample[], colours: boolean) => readonly string[],
): Promise<number> {
  const { stdout, env, place } = context
  const colours = wantsColours(stdout, env)
  let drawn = 0
  const draw = (samples: readonly UsageSample[]): void => {
    const lines = linesOf(samples, colours).slice(0, Math.max(1, (stdout.rows ?? 24) - 1))
    const up = drawn > 0 ? `\x1b[${drawn}A` : ''
    const width = stdout.columns ?? 80
    stdout.write(`${up}\r\x1b[J${lines.map((line) => `${line.slice(0, width)}\n`).join('')}`)
    drawn = lines.length
  }
  const channel: Channel<'usageStream'> = openChannel(
    { socketPath: place.socketPath },
    'usageStream',
    {},
    {
      onMessage: ({ samples }) => {
        const shown = names.shown(samples)
        if (shown.some(({ id }) => names.of(id) === id)) void names.refresh().catch(() => undefined)
        draw(shown)
      },
    },
  )
  await channel.ended
  return ExitCode.ok
}
