import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { ExportFormat, type SecretFinding } from '#contract/archive'
import { formatBytes } from '#contract/byte-size'
import { type Language, sayText, sayTexts } from '#contract/language'
import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { type Context, printJson, printLine, printNote } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { printTable } from '../../output/print-table.ts'
import { sanitize } from '../../output/sanitize.ts'
import type { Column } from '../../output/table.ts'
import { withProgress } from '../../output/task-progress.ts'
import { count } from '../../output/words.ts'
import { findTree } from '../../parse/tree-ref.ts'
import { toFile } from '../shared/archive-streams.ts'

const columnsIn = (language: Language | null): readonly Column<SecretFinding>[] => [
  { title: 'ID', cell: ({ id }) => id },
  { title: 'WHAT', cell: ({ title, titleWording }) => sayText(title, titleWording, language) },
  {
    title: 'WHERE',
    cell: ({ where, path, line }) =>
      where === 'file' ? `${path}${line === null ? '' : `:${line}`}` : `environment: ${path}`,
  },
  { title: 'EXCERPT', cell: ({ excerpt }) => excerpt },
]

export const exportVerb = defineCommand({
  operands: 'SANDBOX|SNAPSHOT',
  count: [1, 1],
  description:
    'Writes an image for other tools (oci, oci-layout, docker), pushes one, or writes a bundle with everything (joey). Before\n' +
    'that the written files and the environment are searched for keys and passwords; where there are any, say what is to\n' +
    'become of them. It goes on when this command is ended; a cancel in the window ends it.',
  flags: {
    format: { type: 'string', value: 'FORMAT', help: 'oci, oci-layout, docker, push or joey. Needed, unless --scan.' },
    output: { type: 'string', short: 'o', value: 'FILE', help: 'Where to. With push: not needed.' },
    name: { type: 'string', value: 'NAME', help: 'Name of the image, as in team/web:1.2.' },
    force: { type: 'boolean', short: 'f', help: 'Replace the file if it exists.' },
    scan: { type: 'boolean', help: 'Only search for secrets.' },
    'drop-secrets': { type: 'boolean', help: 'Leave out every file and variable in which a secret was found.' },
    drop: { type: 'string', multiple: true, value: 'ID', help: 'Leave this finding out.' },
    'with-secrets': { type: 'boolean', help: 'Let what was found leave this machine.' },
    'no-image': { type: 'boolean', help: 'Of a bundle: only the digest of the image.' },
    snapshot: { type: 'string', multiple: true, value: 'SNAPSHOT', help: 'Of a bundle: this snapshot too.' },
    note: { type: 'string', value: 'TEXT', help: 'Of a bundle: a note for who imports it.' },
    'passphrase-file': {
      type: 'string',
      value: 'FILE',
      help: 'Of a bundle: encrypt it with the first line of this file.',
    },
  },
  examples: [
    { line: 'joey export web --format docker -o web.tar', comment: 'For "docker load" and "podman load".' },
    { line: 'joey export web --format joey -o web.joey', comment: 'A signed bundle with its snapshots.' },
    { line: 'joey export web --scan', comment: 'What would leave that should perhaps not.' },
  ],
  async run({ operands: [word = ''], flags }, context) {
    const source = await findTree(context.client, word)
    if (source.startsWith('image:')) throw usageError('usage-image-not-exported')
    if (flags.scan) return scan(context, source, flags.json)
    const format = ExportFormat.safeParse(flags.format)
    if (!format.success) throw usageError('usage-export-format', { text: flags.format ?? '' })
    if (flags.output === undefined && format.data !== 'push') throw usageError('usage-output-missing')
    const drop = flags['drop-secrets'] ? await allFindings(context, source) : [...flags.drop]
    const passphrase = await readPassphrase(context, flags['passphrase-file'])
    const bundle =
      format.data === 'joey'
        ? {
            snapshots: [...flags.snapshot],
            image: !flags['no-image'],
            note: flags.note ?? '',
            ...passphrase,
          }
        : undefined
    const result = await toFile(resolve(context.cwd, flags.output ?? 'push'), (output) =>
      withProgress(context, (task) =>
        context.client.exportTree({
          ...{ source, format: format.data, output, replace: flags.force, drop, task },
          ...(flags.name === undefined ? {} : { name: flags.name }),
          withSecrets: flags['with-secrets'],
          ...(bundle === undefined ? {} : { bundle }),
        }),
      ),
    )
    if (flags.json) printJson(context.stdout, result)
    else {
      for (const sentence of sayTexts(result.messages, result.messagesWordings, context.language ?? null)) {
        printNote(context, sanitize(sentence))
      }
      printLine(context.stdout, result.output)
      printNote(context, `${formatBytes(result.bytes)}, sha256 ${result.sha256}`)
    }
    return ExitCode.ok
  },
})

async function scan(context: Context, source: string, json: boolean): Promise<number> {
  const result = await withProgress(context, (task) => context.client.scanSecrets({ source, task }))
  if (json) printJson(context.stdout, result)
  else {
    if (result.findings.length > 0) printTable(context, columnsIn(context.language ?? null), result.findings)
    printNote(context, `${count(result.findings.length, 'finding')} in ${count(result.files, 'file')}`)
  }
  return result.findings.length === 0 ? ExitCode.ok : ExitCode.failed
}

async function allFindings(context: Context, source: string): Promise<string[]> {
  const { findings } = await withProgress(context, (task) => context.client.scanSecrets({ source, task }))
  return findings.map(({ id }) => id)
}

/** The first line of a file, so that it is in no list of processes and in no history of a shell. */
export async function readPassphrase(
  { cwd }: Pick<Context, 'cwd'>,
  file: string | undefined,
): Promise<{ passphrase?: string }> {
  if (file === undefined) return {}
  const text = await readFile(resolve(cwd, file), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw usageError('usage-file-unreadable', { option: '--passphrase-file', file, code: error.code ?? String(error) })
  })
  const passphrase = text.split('\n')[0] ?? ''
  if (passphrase.length < 8) throw usageError('usage-passphrase-short')
  return { passphrase }
}
