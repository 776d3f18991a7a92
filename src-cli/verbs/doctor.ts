import { styleText } from 'node:util'
import type { ClassOffer, Finding } from '#contract/agent'
import { AppError } from '#contract/app-error'
import { localFindings } from '../agent/local-findings.ts'
import { defineCommand } from '../command/command.ts'
import { type Context, printJson, printLine } from '../context.ts'
import { ExitCode } from '../exit-codes.ts'
import { remedyLine } from '../failure.ts'
import { sanitize } from '../output/sanitize.ts'
import { type Colour, wantsColours } from '../output/table.ts'

export const doctor = defineCommand({
  operands: '',
  count: [0, 0],
  description: 'Works without the agent too, with what can be seen from here. Exits with 1 when there is a problem.',
  flags: {},
  examples: [{ line: 'joey doctor', says: 'Findings with remedies, and which isolation classes this host offers.' }],
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
  ok: ['ok      ', 'green'],
  warning: ['warning ', 'yellow'],
  problem: ['problem ', 'red'],
}

function printReport({ stdout, env }: Context, { findings, classes }: Report): void {
  const colours = wantsColours(stdout, env)
  const paint = (colour: Colour, text: string): string =>
    colours ? styleText(colour, text, { validateStream: false }) : text
  for (const { level, title, detail, remedy } of findings) {
    const [mark, colour] = marks[level]
    printLine(stdout, `${paint(colour, mark)} ${sanitize(title)}`)
    if (detail) printLine(stdout, `         ${sanitize(detail)}`)
    const remedyText = remedy && remedyLine(remedy)
    if (remedyText) printLine(stdout, `         ${sanitize(remedyText)}`)
  }
  if (classes.length > 0) printLine(stdout, '\nIsolation classes:')
  for (const offer of classes) {
    const mark = offer.available ? paint('green', 'offered    ') : paint('gray', 'not offered')
    printLine(stdout, `  ${offer.class.padEnd(9)}  ${mark}  ${sanitize(offer.explanation)}`)
  }
}
