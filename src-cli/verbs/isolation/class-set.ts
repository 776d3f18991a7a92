import type { ClassPlan, ClassProblem } from '#contract/classes'
import type { IsolationClass, Sandbox } from '#contract/sandbox'
import { defineCommand } from '../../command/command.ts'
import { type Context, printJson, printLine, tell } from '../../context.ts'
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
    { line: 'joey class set web gvisor', says: 'Puts an application kernel around it.' },
    { line: 'joey class set web microvm --dry-run', says: 'Shows the plan: what is lost, what stays, how long.' },
  ],
  async run({ operands: [word = '', wanted = ''], flags }, context) {
    const ref = sandboxRef(word)
    const target = parseClass('CLASS', wanted)
    if (flags['dry-run']) return showPlan(context, { ref, target, json: flags.json })
    const { sandbox, fellBack, downMs } = await context.client.setClass({ ref, class: target })
    if (flags.json) printJson(context.stdout, { sandbox, fellBack, downMs })
    else printResult(context, sandbox, fellBack, downMs)
    return fellBack === null ? ExitCode.ok : ExitCode.failed
  },
})

function printResult(context: Context, { name, class: now, state }: Sandbox, fellBack: string | null, downMs: number) {
  if (fellBack !== null) tell(context, sanitize(fellBack))
  const gap = downMs > 0 ? `, after ${formatDuration(downMs)} without it` : ''
  printLine(context.stdout, `${name}: ${now}, ${state}${gap}`)
}

async function showPlan(
  context: Context,
  { ref, target, json }: { readonly ref: string; readonly target: IsolationClass; readonly json: boolean },
): Promise<number> {
  const plan = await context.client.planClass({ ref, class: target })
  if (json) printJson(context.stdout, plan)
  else printParagraphs(context, describePlan(plan))
  return plan.problems.some(({ level }) => level === 'blocks') ? ExitCode.failed : ExitCode.ok
}

/** The plan for people: what stands in the way comes first. */
export function describePlan(plan: ClassPlan): readonly Paragraph[] {
  const problems = (level: ClassProblem['level']) =>
    unique(plan.problems.filter((problem) => problem.level === level).map(({ message }) => message))
  const list = (title: string, items: readonly string[]): readonly Paragraph[] =>
    section(
      title,
      items.map((item) => ({ head: '  - ', text: item })),
    )
  const steps = plan.steps.map(({ what, estimateMs }) => `${what}${about(estimateMs)}`)
  const notes = problems('note')
  if (plan.from === plan.to) return notes.map((note) => paragraph(note))
  return [
    paragraph(`${plan.from} -> ${plan.to}${about(plan.estimateMs)}`),
    ...list('Stands in the way:', problems('blocks')),
    ...list('Works less well there:', problems('loses')),
    ...list('Good to know:', notes),
    ...list('Steps:', steps),
    ...list('Lost:', plan.lost),
    ...list('Kept:', plan.kept),
  ]
}

/** What two features lack for one reason is told once. */
function unique(sentences: readonly string[]): readonly string[] {
  return [...new Set(sentences)]
}

function about(ms: number | null): string {
  return ms === null ? '' : ` (about ${formatDuration(ms)})`
}
