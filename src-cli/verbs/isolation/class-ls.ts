import { formatBytes } from '#contract/byte-size'
import type { ClassProfile } from '#contract/classes'
import { type Language, sayText } from '#contract/language'
import { defineCommand } from '../../command/command.ts'
import { printJson } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { type Paragraph, paragraph, printParagraphs } from '../../output/paragraphs.ts'
import { printTable } from '../../output/print-table.ts'
import type { Column } from '../../output/table.ts'
import { formatDuration } from '../../output/words.ts'

const columns: readonly Column<ClassProfile>[] = [
  { title: 'CLASS', cell: (profile) => profile.class },
  {
    title: 'OFFERED',
    cell: ({ available }) => (available ? { text: 'yes', colour: 'green' } : { text: 'no', colour: 'gray' }),
  },
  { title: 'ENGINE', cell: ({ engine }) => engine ?? '-' },
  {
    title: 'START',
    align: 'right',
    cell: ({ estimate: { startMs } }) => (startMs === null ? '?' : formatDuration(startMs)),
  },
  {
    title: 'MEMORY',
    align: 'right',
    cell: ({ estimate: { memoryOverheadBytes: bytes } }) => (bytes === null ? '?' : `+${formatBytes(bytes)}`),
  },
  {
    title: 'SYSTEM CALLS',
    align: 'right',
    cell: ({ estimate: { systemCallFactor: factor } }) => (factor === null ? '?' : `${factor.toFixed(1)} x`),
  },
]

export const classLs = defineCommand({
  operands: '',
  count: [0, 0],
  description:
    'What each isolation class costs on this machine, and what will not work in it. "?" has not been measured here yet:\n' +
    'it is as sandboxes of the class run, or with --measure.',
  flags: { measure: { type: 'boolean', help: 'Run a small sandbox of each class first, and measure it.' } },
  examples: [{ line: 'joey class ls', comment: 'The three classes, weakest first.' }],
  async run({ flags }, context) {
    const profiles = await (flags.measure ? context.client.measureClasses({}) : context.client.listClasses({}))
    if (flags.json) {
      printJson(context.stdout, profiles)
      return ExitCode.ok
    }
    printTable(context, columns, profiles)
    printParagraphs(
      context,
      profiles.flatMap((profile) => describeClass(profile, context.language)),
    )
    return ExitCode.ok
  },
})

/** Which engine it has, or why it is not available, and what will not work in it. */
export function describeClass(
  { class: name, explanation, explanationWording, emulated, emulatedWording, limitations }: ClassProfile,
  language: Language | null = null,
): readonly Paragraph[] {
  const lacks = limitations.map(({ reason, wording }) => sayText(reason, wording, language))
  // What makes it slow may be listed as a limitation too.
  const sentences = new Set([...(emulated === null ? [] : [sayText(emulated, emulatedWording, language)]), ...lacks])
  return [
    paragraph(''),
    paragraph(`${name}: ${sayText(explanation, explanationWording, language)}`),
    ...[...sentences].map((text) => ({ head: '  - ', text })),
  ]
}
