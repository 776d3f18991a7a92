import type * as z from 'zod'
import type { ClassPlan, ClassProblem, setClass } from '#contract/classes'
import { type Language, sayText, sayTexts } from '#contract/language'
import type { IsolationClass } from '#contract/sandbox'
import { defineCommand } from '../../command/command.ts'
import { type Context, printJson, printLine, printNote } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { type Paragraph, paragraph, printParagraphs, section } from '../../output/paragraphs.ts'
import { sanitize } from '../../output/sanitize.ts'
import { formatDuration } from '../../output/words.ts'
import { parseClass } from '../../parse/class.ts'
import { sandboxRef } from '../shared/sandbox-ref.ts'

export const classSet = defineCommand({
  operands: 'SANDBOX CLASS',
  count: [2, 2],
  description:
    'The class is container, gvisor or microvm. Disk, name, ports, mounts and limits stay; a running sandbox is stopped and\n' +
    'started again. Where it does not come up in the new class it goes back to the old one, and the exit code is 1.',
  flags: { 'dry-run': { type: 'boolean', help: 'Only show what would happen.' } },
  examples: [
    { line: 'joey class set web gvisor', comment: 'Puts an application kernel around it.' },
    { line: 'joey class set web microvm --dry-run', comment: 'Shows the plan: what is lost, what stays, how long.' },
  ],
  async run({ operands: [word = '', wanted = ''], flags }, context) {
    const ref = sandboxRef(word)
    const target = parseClass('CLASS', wanted)
    if (flags['dry-run']) return showPlan(context, { ref, target, json: flags.json })
    const result = await context.client.setClass({ ref, class: target })
    if (flags.json) printJson(context.stdout, result)
    else printResult(context, result)
    return result.fellBack === null ? ExitCode.ok : ExitCode.failed
  },
})

type SetClassResult = z.infer<(typeof setClass)['response']>

function printResult(context: Context, { sandbox, fellBack, fellBackWording, downMs }: SetClassResult) {
  const { name, class: now, state } = sandbox
  if (fellBack !== null) printNote(context, sanitize(sayText(fellBack, fellBackWording, context.language ?? null)))
  const gap = downMs > 0 ? `, after ${formatDuration(downMs)} without it` : ''
  printLine(context.stdout, `${name}: ${now}, ${state}${gap}`)
}

async function showPlan(
  context: Context,
  { ref, target, json }: { readonly ref: string; readonly target: IsolationClass; readonly json: boolean },
): Promise<number> {
  const plan = await context.client.planClass({ ref, class: target })
  if (json) printJson(context.stdout, plan)
  else printParagraphs(context, describePlan(plan, context.language))
  return plan.problems.some(({ level }) => level === 'blocks') ? ExitCode.failed : ExitCode.ok
}

/** The plan for people: what stands in the way comes first. */
export function describePlan(plan: ClassPlan, language: Language | null = null): readonly Paragraph[] {
  const problems = (level: ClassProblem['level']) =>
    unique(
      plan.problems
        .filter((problem) => problem.level === level)
        .map((problem) => sayText(problem.message, problem.wording ?? problem, language)),
    )
  const list = (title: string, items: readonly string[]): readonly Paragraph[] =>
    section(
      title,
      items.map((item) => ({ head: '  - ', text: item })),
    )
  const steps = plan.steps.map(
    ({ what, wording, estimateMs }) => `${sayText(what, wording, language)}${about(estimateMs)}`,
  )
  const notes = problems('note')
  if (plan.from === plan.to) return notes.map((note) => paragraph(note))
  return [
    paragraph(`${plan.from} -> ${plan.to}${about(plan.estimateMs)}`),
    ...list('What prevents it:', problems('blocks')),
    ...list('Works less well there:', problems('loses')),
    ...list('Good to know:', notes),
    ...list('Steps:', steps),
    ...list('Lost:', sayTexts(plan.lost, plan.lostWordings, language)),
    ...list('Kept:', sayTexts(plan.kept, plan.keptWordings, language)),
  ]
}

/** What two features lack for one reason is printed once. */
function unique(sentences: readonly string[]): readonly string[] {
  return [...new Set(sentences)]
}

function about(ms: number | null): string {
  return ms === null ? '' : ` (about ${formatDuration(ms)})`
}
