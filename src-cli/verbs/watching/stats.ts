import { appError } from '#contract/app-error'
import type { UsageSample } from '#contract/observe'
import type { Sandbox } from '#contract/sandbox'
import { defineCommand } from '../../command/command.ts'
import { type Context, printJson } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { printTable } from '../../output/print-table.ts'
import { formatTable, wantsColours } from '../../output/table.ts'
import { usageColumns } from '../../output/usage-table.ts'
import { type Channel, openChannel } from '../../streams/channel.ts'
import { sandboxRef } from '../shared/sandbox-ref.ts'

export const stats = defineCommand({
  operands: '[SANDBOX...]',
  count: [0, Number.POSITIVE_INFINITY],
  description: 'Refreshed every second on a terminal; once where the output goes elsewhere, and with --json.',
  flags: { 'no-stream': { type: 'boolean', help: 'Print once and end.' } },
  examples: [
    { line: 'joey stats', comment: 'Every running sandbox, until Ctrl-C.' },
    { line: 'joey stats --no-stream web', comment: 'One sandbox, once.' },
  ],
  async run({ operands, flags }, context) {
    const names = await readNames(context, operands)
    const live = context.stdout.isTTY === true && !flags['no-stream'] && !flags.json
    if (live) return refresh(context, names)
    const samples = (await context.client.readUsage({})).filter(({ id }) => names.wanted(id))
    if (flags.json) {
      printJson(
        context.stdout,
        samples.map((sample) => ({ name: names.of(sample.id), ...sample })),
      )
    } else {
      printTable(context, usageColumns(names.of), samples)
    }
    return ExitCode.ok
  },
})

interface Names {
  readonly of: (id: string) => string
  readonly wanted: (id: string) => boolean
  /** Asks the agent again, for sandboxes that have appeared since. */
  readonly refresh: () => Promise<void>
}

async function readNames({ client }: Context, words: readonly string[]): Promise<Names> {
  const chosen = await Promise.all(words.map((word) => client.inspectSandbox({ ref: sandboxRef(word) })))
  for (const { name, state } of chosen) {
    if (state !== 'running' && state !== 'paused') {
      throw appError('sandbox-not-running', { name })
    }
  }
  const ids = new Set<string>(chosen.map(({ id }) => id))
  let known = new Map<string, string>()
  const refresh = async (): Promise<void> => {
    const list: readonly Sandbox[] = await client.listSandboxes({ all: true })
    known = new Map(list.map(({ id, name }) => [id, name]))
  }
  await refresh()
  return { of: (id) => known.get(id) ?? id, wanted: (id) => ids.size === 0 || ids.has(id), refresh }
}

/** Draws the table over itself with each message. Lines beyond the screen are left out: they could not be drawn over. */
async function refresh(context: Context, names: Names): Promise<number> {
  const { stdout, env, place } = context
  const colours = wantsColours(stdout, env)
  let drawn = 0
  const draw = (samples: readonly UsageSample[]): void => {
    const lines = formatTable(usageColumns(names.of), samples, { colours }).slice(
      0,
      Math.max(1, (stdout.rows ?? 24) - 1),
    )
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
        const shown = samples.filter(({ id }) => names.wanted(id))
        if (shown.some(({ id }) => names.of(id) === id)) void names.refresh().catch(() => undefined)
        draw(shown)
      },
    },
  )
  await channel.ended
  return ExitCode.ok
}
