import { sayTexts } from '#contract/language'
import { defineCommand } from '../../command/command.ts'
import { type Context, printJson, printLine, printNote } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { type Paragraph, paragraph, printParagraphs, section } from '../../output/paragraphs.ts'
import { sanitize } from '../../output/sanitize.ts'
import { withProgress } from '../../output/task-progress.ts'
import { sandboxRef } from '../shared/sandbox-ref.ts'

export const snapshotRestore = defineCommand({
  operands: 'SNAPSHOT',
  count: [1, 1],
  description:
    'Puts the sandbox back to where it was. What is in it now is kept as a snapshot first. With memory, it goes on from there;\n' +
    'without, it is stopped, and started again if it ran.',
  flags: {
    'dry-run': { type: 'boolean', help: 'Only show what would be lost and changed.' },
    'disk-only': { type: 'boolean', help: 'Leave out the memory of a live snapshot.' },
    'no-keep': { type: 'boolean', help: 'Do not keep what is in it now. It is lost then.' },
    sandbox: {
      type: 'string',
      value: 'SANDBOX',
      help: 'Another sandbox of the same image than the one it was taken of.',
    },
  },
  examples: [
    { line: 'joey snapshot restore web@before-upgrade', comment: 'Puts web back.' },
    { line: 'joey snapshot restore --dry-run 4fd1', comment: 'Shows what that would lose.' },
  ],
  async run({ operands: [ref = ''], flags }, context) {
    const wish = {
      ref,
      ...(flags.sandbox === undefined ? {} : { sandbox: sandboxRef(flags.sandbox) }),
      ...(flags['disk-only'] ? { live: false } : {}),
    }
    const { language = null } = context
    if (flags['dry-run']) return showPlan(context, wish, flags.json)
    const result = await withProgress(context, (task) =>
      context.client.restoreSnapshot({ ...wish, keep: !flags['no-keep'], task }),
    )
    if (flags.json) printJson(context.stdout, result)
    else {
      for (const text of sayTexts(result.messages, result.messagesWordings, language))
        printNote(context, sanitize(text))
      if (result.kept !== null) printNote(context, `What was in it is kept as ${result.kept}.`)
      printLine(context.stdout, result.sandbox.name)
    }
    return ExitCode.ok
  },
})

async function showPlan(
  context: Context,
  wish: { readonly ref: string; readonly live?: boolean; readonly sandbox?: string },
  json: boolean,
): Promise<number> {
  const { language = null } = context
  const plan = await context.client.planRestore(wish)
  if (json) printJson(context.stdout, plan)
  else
    printParagraphs(context, [
      paragraph(`${plan.sandbox.name} <- ${plan.snapshot.name}${plan.live ? ', with memory' : ''}`),
      ...list('What prevents it:', sayTexts(plan.problems, plan.problemsWordings, language)),
      ...list('Lost:', sayTexts(plan.lost, plan.lostWordings, language)),
      ...list('Changed:', sayTexts(plan.changes, plan.changesWordings, language)),
    ])
  return plan.problems.length > 0 ? ExitCode.failed : ExitCode.ok
}

function list(title: string, items: readonly string[]): readonly Paragraph[] {
  return section(
    title,
    items.map((text) => ({ head: '  - ', text: sanitize(text) })),
  )
}
