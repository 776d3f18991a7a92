import { resolve } from 'node:path'
import type { PermissionSheet } from '#contract/archive'
import { formatBytes } from '#contract/byte-size'
import { type Language, sayText, sayTexts } from '#contract/language'
import { SandboxName } from '#contract/sandbox'
import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { printJson, printLine, printNote } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { type Paragraph, paragraph, printParagraphs, section } from '../../output/paragraphs.ts'
import { sanitize } from '../../output/sanitize.ts'
import { withProgress } from '../../output/task-progress.ts'
import { readPassphrase } from './export.ts'

export const importVerb = defineCommand({
  operands: 'FILE',
  count: [1, 1],
  description:
    'Makes a stopped sandbox from a bundle. First it shows what the bundle wants: nothing that goes beyond a new sandbox is\n' +
    'given without --agree or --agree-all. For images of other tools: joey image import.',
  flags: {
    name: { type: 'string', value: 'NAME', help: 'Name of the sandbox.' },
    inspect: { type: 'boolean', help: 'Only show what it wants.' },
    agree: { type: 'string', multiple: true, value: 'ID', help: 'Agree to this wish.' },
    'agree-all': { type: 'boolean', help: 'Agree to everything that this machine can give.' },
    start: { type: 'boolean', help: 'Start it then.' },
    'passphrase-file': { type: 'string', value: 'FILE', help: 'The first line of this file decrypts it.' },
  },
  examples: [
    { line: 'joey import web.joey --inspect', comment: 'Who made it, what it wants, and what this machine can give.' },
    { line: 'joey import web.joey --name web2 --agree-all', comment: 'Takes it as it is.' },
  ],
  async run({ operands: [file = ''], flags }, context) {
    if (flags.name !== undefined && !SandboxName.safeParse(flags.name).success)
      throw usageError('usage-sandbox-name', { text: flags.name })
    const path = resolve(context.cwd, file)
    const passphrase = await readPassphrase(context, flags['passphrase-file'])
    const sheet = await withProgress(context, (task) => context.client.inspectBundle({ path, ...passphrase, task }))
    if (flags.inspect) {
      if (flags.json) printJson(context.stdout, sheet)
      else printParagraphs(context, describeSheet(sheet, context.language))
      return sheet.problems.length > 0 ? ExitCode.failed : ExitCode.ok
    }
    const agreed = flags['agree-all']
      ? sheet.requests.filter(({ possible }) => possible).map(({ id }) => id)
      : [...flags.agree]
    const open = sheet.requests.filter(({ id, isNew }) => isNew && !agreed.includes(id))
    if (open.length > 0 && !flags.json)
      printParagraphs({ ...context, stdout: context.stderr }, describeSheet(sheet, context.language))
    const name = flags.name === undefined ? {} : { name: flags.name }
    const result = await withProgress(context, (task) =>
      context.client.importBundle({
        path,
        consent: sheet.consent,
        agreed,
        ...name,
        ...passphrase,
        start: flags.start,
        task,
      }),
    )
    if (flags.json) printJson(context.stdout, result)
    else {
      for (const sentence of sayTexts(result.messages, result.messagesWordings, context.language ?? null)) {
        printNote(context, sanitize(sentence))
      }
      printLine(context.stdout, result.sandbox.name)
    }
    return ExitCode.ok
  },
})

/** The sheet for people: what forbids it comes first. */
export function describeSheet(sheet: PermissionSheet, language: Language | null = null): readonly Paragraph[] {
  const list = (title: string, items: readonly string[]): readonly Paragraph[] =>
    section(
      title,
      items.map((text) => ({ head: '  - ', text: sanitize(text) })),
    )
  const size = `${formatBytes(sheet.bytes)}, ${formatBytes(sheet.unpackedBytes)} unpacked`
  const made = `made ${sheet.createdAt.slice(0, 16).replace('T', ' ')} UTC by Joey ${sheet.byVersion} on ${sheet.fromHost}`
  return [
    paragraph(sanitize(`${sheet.name}: ${made}; ${size}${sheet.encrypted ? ', encrypted' : ''}`)),
    paragraph(sanitize(sayText(sheet.signature.sentence, sheet.signature.wording, language))),
    ...(sheet.note === '' ? [] : [paragraph(sanitize(sheet.note))]),
    ...list('What prevents it:', sayTexts(sheet.problems, sheet.problemsWordings, language)),
    ...list(
      'It wants:',
      sheet.requests.map(({ id, sentence, wording, isNew, possible, why, whyWording }) => {
        const granted = isNew ? 'needs your consent' : 'as every sandbox'
        const how = possible ? granted : `not here: ${sayText(why ?? '', whyWording, language)}`
        return `${id}: ${sayText(sentence, wording, language)} (${how})`
      }),
    ),
  ]
}
