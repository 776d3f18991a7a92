import type { ClassOffer, Finding } from '#contract/agent'
import { AppError } from '#contract/app-error'
import { sayFinding } from '#contract/finding'
import { type Language, sayText } from '#contract/language'
import { localFindings } from '../../agent/local-findings.ts'
import { defineCommand } from '../../command/command.ts'
import { type Context, printJson } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { remedyLine } from '../../failure.ts'
import { type Paragraph, paragraph, printParagraphs, section } from '../../output/paragraphs.ts'
import type { Colour } from '../../output/table.ts'

export const doctor = defineCommand({
  operands: '',
  count: [0, 0],
  description: 'Works without the agent too, with what can be seen from here. Exits with 1 when there is a problem.',
  flags: {},
  examples: [{ line: 'joey doctor', comment: 'Findings with remedies, and which isolation classes this host offers.' }],
  async run({ flags }, context) {
    const report = await examine(context)
    if (flags.json) printJson(context.stdout, report)
    else printReport(context, report)
    return report.findings.some(({ level }) => level === 'problem') ? ExitCode.failed : ExitCode.ok
  },
})

interface Report {
  readonly agent: boolean
  readonly findings: readonly Finding[]
  readonly classes: readonly ClassOffer[]
}

async function examine(context: Context): Promise<Report> {
  try {
    return { agent: true, ...(await context.client.examineHost({})) }
  } catch (error) {
    const { code } = AppError.from(error).wire
    if (code !== 'unavailable' && code !== 'refused') throw error
    return { agent: false, findings: localFindings(context, AppError.from(error)), classes: [] }
  }
}

const marks: Readonly<Record<Finding['level'], readonly [mark: string, colour: Colour]>> = {
  ok: ['ok       ', 'green'],
  warning: ['warning  ', 'yellow'],
  problem: ['problem  ', 'red'],
}

function printReport(context: Context, { findings: found, classes }: Report): void {
  const language = context.language ?? null
  const findings = found.map((each) => sayFinding(each, language))
  printParagraphs(context, [
    ...findings.flatMap((finding) => describeFinding(finding, { below: classes.length > 0, language })),
    ...section(
      'Isolation classes:',
      classes.flatMap((offer) => describeOffer(offer, findings, language)),
    ),
  ])
}

/** What is worth more words about the engine of a class stands below the class, where there is a list of them. */
function describeFinding(
  { id, level, title, detail, remedy }: Finding,
  { below, language }: { readonly below: boolean; readonly language: Language | null },
): readonly Paragraph[] {
  const [head, colour] = marks[level]
  const short = below && level !== 'problem' && Object.hasOwn(engines, id)
  const rest = short ? [] : [detail ?? '', (remedy && remedyLine(remedy, language)) ?? '']
  return [{ head, text: title, colour }, ...rest.filter(Boolean).map((text) => paragraph(text, head.length))]
}

/** The findings that show whether a class can be had, and how. */
const engines: Readonly<Record<string, ClassOffer['class']>> = {
  'runtime-runsc': 'gvisor',
  'runtime-qemu': 'microvm',
}

/** One class: offered or not, by what, and what to do for more. The findings are in the language already. */
export function describeOffer(
  offer: ClassOffer,
  findings: readonly Finding[],
  language: Language | null = null,
): readonly Paragraph[] {
  const head = `  ${offer.class.padEnd(9)}  `
  const explanation = sayText(offer.explanation, offer.explanationWording, language)
  const text = `${offer.available ? 'offered' : 'not offered'}: ${explanation}`
  const more = findings
    .filter(({ id, level }) => level !== 'problem' && Object.hasOwn(engines, id) && engines[id] === offer.class)
    .flatMap(({ detail, remedy }) => [detail ?? '', (remedy && remedyLine(remedy, language)) ?? ''])
    .filter((line) => line !== '' && line !== explanation)
  return [
    { head, text, colour: offer.available ? 'green' : 'gray' },
    ...more.map((line) => paragraph(line, head.length)),
  ]
}
