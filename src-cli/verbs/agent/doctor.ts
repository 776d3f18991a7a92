import type { ClassOffer, Finding } from '#contract/agent'
import { formatBytes } from '#contract/byte-size'
import { sayFinding } from '#contract/finding'
import { type Language, sayText } from '#contract/language'
import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { type Context, printJson, printLine, printNote } from '../../context.ts'
import { applyFixes, type Outcome } from '../../doctor/apply-fixes.ts'
import { writeBundle } from '../../doctor/bundle/write-bundle.ts'
import { examine, type Report } from '../../doctor/examine.ts'
import { fixesOf } from '../../doctor/fixes.ts'
import { ExitCode } from '../../exit-codes.ts'
import { remedyLine } from '../../failure.ts'
import { type Paragraph, paragraph, printParagraphs, section } from '../../output/paragraphs.ts'
import type { Colour } from '../../output/table.ts'
import { count } from '../../output/words.ts'

export const doctor = defineCommand({
  operands: '[FINDING...]',
  count: [0, Number.POSITIVE_INFINITY],
  description:
    'Works without the agent too, with what can be seen from here. Exits with 1 when there is a problem.\n' +
    'With --fix it says for each finding that Joey can mend, or for those that are named as in --json, what would be done, and\n' +
    'asks. Things of Joey that no record explains are listed one by one first; what belongs to the agent of another folder is\n' +
    'never among them.',
  flags: {
    fix: { type: 'boolean', help: 'Mend what can be mended; asks before each.' },
    yes: { type: 'boolean', short: 'y', help: 'With --fix: do not ask.' },
    bundle: { type: 'string', value: 'FILE', help: 'Write a support bundle (.tar.gz), without secrets.' },
  },
  examples: [
    { line: 'joey doctor', comment: 'Findings with remedies, and which isolation classes this host offers.' },
    { line: 'joey doctor --fix', comment: 'Mends what can be mended, one after the other, after a yes.' },
    { line: 'joey doctor --fix --yes leftovers', comment: 'Removes what no record explains, without a question.' },
    {
      line: 'joey doctor --bundle joey.tar.gz',
      comment: 'What somebody needs to help: look into it before you send it.',
    },
  ],
  async run({ flags, operands }, context) {
    if ((flags.yes || operands.length > 0) && !flags.fix) throw usageError('usage-without-fix')
    if (flags.bundle !== undefined) return bundle(context, flags.bundle, flags)
    const before = await examine(context, { fresh: false })
    if (!flags.fix) return finish(context, before, flags)
    if (!flags.yes && !context.stdin.isTTY) throw usageError('usage-fix-unconfirmed')
    const fixes = await fixAll(context, before, { ...flags, only: operands })
    const fresh = fixes.some(({ id, outcome }) => id !== 'leftovers' && outcome !== 'declined')
    return finish(context, { ...(await examine(context, { fresh })), fixes }, flags)
  },
})

interface Wish {
  readonly yes: boolean
  /** Ids of findings; none: all. */
  readonly only: readonly string[]
}

/** An agent that has just been started sees more than the command line did. */
async function fixAll(context: Context, before: Report, wish: Wish): Promise<readonly Outcome[]> {
  const { language = null, uid } = context
  const apply = ({ findings }: Report): Promise<Outcome[]> => {
    const chosen = findings.filter(({ id }) => wish.only.length === 0 || wish.only.includes(id))
    const spoken = chosen.map((each) => sayFinding(each, language))
    return applyFixes(context, fixesOf(spoken, uid), wish)
  }
  const first = await apply(before)
  const after = before.agent ? before : await examine(context, { fresh: true })
  const outcomes = after.agent && !before.agent ? [...first, ...(await apply(after))] : first
  if (outcomes.length === 0) printNote(context, 'There is nothing that Joey could mend.')
  return outcomes
}

function finish(
  context: Context,
  report: Report & { readonly fixes?: readonly Outcome[] },
  { json }: { readonly json: boolean },
): number {
  if (json) printJson(context.stdout, report)
  else printReport(context, report)
  const hasFailed = report.fixes?.some(({ outcome }) => outcome === 'failed') ?? false
  return hasFailed || report.findings.some(({ level }) => level === 'problem') ? ExitCode.failed : ExitCode.ok
}

async function bundle(context: Context, file: string, { json }: { readonly json: boolean }): Promise<number> {
  const report = await examine(context, { fresh: false })
  const { path, bytes, files, takenOut } = await writeBundle(context, file, report)
  if (json) {
    printJson(context.stdout, { path, bytes, files, takenOut })
    return ExitCode.ok
  }
  printLine(context.stdout, `Written: ${path} (${formatBytes(bytes)})`)
  for (const name of files) printLine(context.stdout, `  ${name}`)
  printLine(
    context.stdout,
    `Taken out: ${count(takenOut, 'value')} that may be secret. Look into it before you send it.`,
  )
  return ExitCode.ok
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
