import type { Client } from '#contract/client/client'
import { sayText, sayTexts } from '#contract/language'
import type { SandboxSpec, SpecChange } from '#contract/sandbox'
import type { ChangePlan } from '#contract/sandbox-operations'
import { defineCommand } from '../../command/command.ts'
import { type Context, printJson, printLine, printNote } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { describeField } from '../../output/field-text.ts'
import { columnOfHeads, type Paragraph, paragraph, printParagraphs, section } from '../../output/paragraphs.ts'
import { sanitize } from '../../output/sanitize.ts'
import { sandboxRef } from '../shared/sandbox-ref.ts'
import { readChange, specToBe } from './read-change.ts'

export const set = defineCommand({
  operands: 'SANDBOX FIELD=VALUE...',
  count: [2, Number.POSITIVE_INFINITY],
  description:
    'A field is an option of joey run without its dashes (publish, env, label, volume, restart, memory, network ...), or image\n' +
    'or command. FIELD=VALUE gives it another value, nothing behind "=" none; FIELD+=VALUE and FIELD-=VALUE add and take away.\n' +
    'Limits, ports, labels, shared networks and what is done at the end change at once. All else has the next start, or, with\n' +
    '--restart, one that follows now: its disk stays, and is kept as a snapshot first. All of it is changed, or nothing.',
  flags: {
    'dry-run': { type: 'boolean', help: 'Only show what would happen.' },
    restart: { type: 'boolean', help: 'Stop it and start it again, where something would wait for the next start.' },
  },
  examples: [
    { line: 'joey set web publish=8081:80', comment: 'Another port; connections on the old one stay.' },
    { line: 'joey set web publish+=8443:443 memory=512m', comment: 'One more port, and more memory.' },
    { line: 'joey set web env+=DEBUG=1 restart=always --restart', comment: 'Starts it again with one more variable.' },
    { line: 'joey set web image=web:2 --dry-run', comment: 'Shows what another image would change.' },
  ],
  async run({ operands: [word = '', ...texts], flags }, context) {
    const ref = sandboxRef(word)
    const sandbox = await context.client.inspectSandbox({ ref })
    const before = specToBe(sandbox)
    const change = readChange(texts, before, context)
    const request = { ref: sandbox.id, change, restart: flags.restart }
    const plan = await context.client.planChange(request)
    if (flags['dry-run']) return showPlan(context, { plan, before, change, json: flags.json })
    const result = await context.client.changeSandbox(request)
    if (flags.json) printJson(context.stdout, result)
    else printResult(context, plan, result)
    return ExitCode.ok
  },
})

const effects = { live: 'at once', nextStart: 'with its next start', recreated: 'now, started again' } as const

function printResult(
  context: Context,
  plan: ChangePlan,
  { sandbox, kept }: Awaited<ReturnType<Client['changeSandbox']>>,
): void {
  const { language = null } = context
  for (const { level, message, ...problem } of plan.problems) {
    if (level === 'note') printNote(context, sanitize(sayText(message, problem.wording ?? problem, language)))
  }
  if (kept !== null) printNote(context, `What was in it is kept as ${kept}.`)
  const lines = plan.fields.map(({ field, effect }) => ({ head: `${field}:`, text: effects[effect] }))
  printParagraphs(context, columnOfHeads(lines))
  if (lines.length === 0) printLine(context.stdout, `${sandbox.name}: as it is`)
}

interface Shown {
  readonly plan: ChangePlan
  readonly before: SandboxSpec
  readonly change: SpecChange
  readonly json: boolean
}

function showPlan(context: Context, { plan, before, change, json }: Shown): number {
  const { language = null } = context
  const problems = (wanted: 'blocks' | 'note') =>
    plan.problems
      .filter(({ level }) => level === wanted)
      .map(({ message, ...problem }) => sayText(message, problem.wording ?? problem, language))
  if (json) printJson(context.stdout, plan)
  else {
    const fields = plan.fields.map(({ field, effect }) => ({
      head: `  ${field}`,
      text: `${describeField(field, before, change)} (${effects[effect]})`,
    }))
    printParagraphs(context, [
      paragraph(fields.length === 0 ? 'It is so already.' : 'Changed:'),
      ...columnOfHeads(fields),
      ...list('What prevents it:', problems('blocks')),
      ...list('Lost:', sayTexts(plan.lost, plan.lostWordings, language)),
      ...list('Good to know:', [
        ...problems('note'),
        ...(plan.keepsSnapshot ? ['A snapshot of its disk is made first.'] : []),
      ]),
    ])
  }
  return plan.problems.some(({ level }) => level === 'blocks') ? ExitCode.failed : ExitCode.ok
}

function list(title: string, items: readonly string[]): readonly Paragraph[] {
  return section(
    title,
    items.map((text) => ({ head: '  - ', text: sanitize(text) })),
  )
}
