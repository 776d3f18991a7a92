import { type Language, say } from '#contract/language'
import { countForgeable, type ProbeResult, type SelfTestReport, sentencesOfProbe } from '#contract/selftest'
import { defineCommand } from '../../command/command.ts'
import { printJson } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { columnOfHeads, type Paragraph, paragraph, printParagraphs } from '../../output/paragraphs.ts'
import type { Colour } from '../../output/table.ts'
import { formatAgo } from '../../output/words.ts'
import { sandboxRef } from '../shared/sandbox-ref.ts'

export const selftest = defineCommand({
  operands: 'SANDBOX',
  count: [1, 1],
  description: 'Tries from inside what a sandbox should not be able to do. Exits with 1 when a probe failed.',
  flags: {
    all: { type: 'boolean', short: 'a', help: 'Show the probes that passed too.' },
    last: { type: 'boolean', help: 'Show the latest report instead of checking again.' },
  },
  examples: [
    { line: 'joey selftest web', comment: 'Checks now, and shows what failed.' },
    { line: 'joey selftest --last -a web', comment: 'The latest report, whole.' },
  ],
  async run({ operands: [word = ''], flags }, context) {
    const ref = sandboxRef(word)
    const report = flags.last ? await context.client.readSelfTest({ ref }) : await context.client.runSelfTest({ ref })
    if (flags.json) printJson(context.stdout, report)
    else {
      const how = { all: flags.all, now: new Date(), language: context.language ?? null }
      printParagraphs(context, describeReport(word, report, how))
    }
    return report?.results.some(({ outcome }) => outcome === 'fail') ? ExitCode.failed : ExitCode.ok
  },
})

const words: Readonly<Record<ProbeResult['outcome'], { readonly text: string; readonly colour: Colour }>> = {
  pass: { text: 'pass', colour: 'green' },
  fail: { text: 'FAIL', colour: 'red' },
  notApplicable: { text: 'n/a', colour: 'gray' },
}

/** A report for people: what failed, or everything, and the sum of it. */
export function describeReport(
  name: string,
  report: SelfTestReport | null,
  { all, now, language }: { readonly all: boolean; readonly now: Date; readonly language: Language | null },
): readonly Paragraph[] {
  if (report === null) return [paragraph(`"${name}" has not been checked yet. "joey selftest ${name}" does it.`)]
  const shown = all ? report.results : report.results.filter(({ outcome }) => outcome === 'fail')
  const heads = columnOfHeads(shown.map(({ outcome }) => ({ head: words[outcome].text, text: '' })))
  return [
    ...shown.flatMap((probe, index) => {
      const head = heads[index]?.head ?? ''
      const { title, detail } = sentencesOfProbe(probe)
      const text = `${say(title, language)} [${probe.id}]`
      return [{ head, text, colour: words[probe.outcome].colour }, paragraph(say(detail, language), head.length)]
    }),
    paragraph(summary(report, now)),
    ...report.drift.map((id) => paragraph(`${id} passed the time before.`)),
  ]
}

/** `Checked 2 minutes ago in container (crun): 41 of 41 passed, 3 not applicable.`, and what of it could be forged. */
export function summary({ results, at, class: where, engine }: SelfTestReport, now: Date): string {
  const count = (outcome: ProbeResult['outcome']) => results.filter((result) => result.outcome === outcome).length
  const tried = count('pass') + count('fail')
  const rest = count('notApplicable')
  const by = engine === null ? where : `${where} (${engine})`
  const tail = rest === 0 ? '' : `, ${rest} not applicable`
  const sum = `Checked ${formatAgo(at, now)} in ${by}: ${count('pass')} of ${tried} passed${tail}.`
  const inside = countForgeable(results)
  return inside === 0
    ? sum
    : `${sum} ${inside} of ${tried} were seen from inside: root of the sandbox could forge these.`
}
