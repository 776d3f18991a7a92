import type { FileChange } from '#contract/compare'
import { sayText, sayTexts } from '#contract/language'
import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { type Context, printJson, printLine, printNote } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { sanitize, sanitizeLines } from '../../output/sanitize.ts'
import { count } from '../../output/words.ts'
import { findTree } from '../../parse/tree-ref.ts'

const flags = {
  text: { type: 'string', value: 'PATH', help: 'The difference of one text file, line by line.' },
  packages: { type: 'boolean', help: 'Packages that were added, removed or changed.' },
  config: { type: 'boolean', help: 'Configuration, limits and policy.' },
} as const

export const diff = defineCommand({
  operands: 'SANDBOX',
  count: [1, 1],
  description: 'What a sandbox has written, against its image: A added, C changed, D deleted.',
  flags,
  examples: [
    { line: 'joey diff web', comment: 'Every file that differs from the image.' },
    { line: 'joey diff web --text /etc/hosts', comment: 'One file, line by line.' },
  ],
  async run({ operands: [word = ''], flags: chosen }, context) {
    const after = await findTree(context.client, word)
    return show(context, { before: `image:${await imageOf(context, after)}`, after }, chosen)
  },
})

export const snapshotDiff = defineCommand({
  operands: 'A [B]',
  count: [1, 2],
  description:
    'From A to B: A added, C changed, D deleted. Each is a snapshot or a sandbox (as it is now). Without B: to what the\n' +
    'sandbox of A is now.',
  flags,
  examples: [
    { line: 'joey snapshot diff web@before web@after', comment: 'Between two snapshots.' },
    { line: 'joey snapshot diff web@before --packages', comment: 'Packages that came and went since.' },
  ],
  async run({ operands: [first = '', second], flags: chosen }, context) {
    const before = await findTree(context.client, first)
    const after = second === undefined ? await nowOf(context, before) : await findTree(context.client, second)
    return show(context, { before, after }, chosen)
  },
})

async function imageOf({ client }: Context, tree: string): Promise<string> {
  const [kind = '', id = ''] = tree.split(':')
  if (kind === 'sandbox') return (await client.inspectSandbox({ ref: id })).imageDigest
  if (kind === 'snapshot') return (await client.inspectSnapshot({ ref: id })).imageDigest
  throw usageError('usage-image-not-compared')
}

async function nowOf({ client }: Context, tree: string): Promise<string> {
  const [kind = '', id = ''] = tree.split(':')
  if (kind !== 'snapshot') throw usageError('usage-compare-with')
  return `sandbox:${(await client.inspectSnapshot({ ref: id })).sandboxId}`
}

interface Pair {
  readonly before: string
  readonly after: string
}

interface Chosen {
  readonly text?: string | undefined
  readonly packages: boolean
  readonly config: boolean
  readonly json: boolean
}

async function show(context: Context, pair: Pair, chosen: Chosen): Promise<number> {
  if (chosen.text !== undefined) return showText(context, pair, chosen.text, chosen.json)
  if (chosen.packages) return showPackages(context, pair, chosen.json)
  if (chosen.config) return showConfig(context, pair, chosen.json)
  return showFiles(context, pair, chosen.json)
}

const step = 5_000
const letters = { added: 'A', changed: 'C', deleted: 'D' } as const

async function showFiles({ client, stdout, stderr }: Context, pair: Pair, json: boolean): Promise<number> {
  const all: FileChange[] = []
  for (let offset = 0; ; ) {
    const part = await client.compareFiles({ ...pair, offset, limit: step })
    offset += part.changes.length
    if (json) all.push(...part.changes)
    else for (const { change, path } of part.changes) printLine(stdout, `${letters[change]} ${sanitize(path)}`)
    if (part.changes.length > 0 && offset < part.total) continue
    if (json) printJson(stdout, { ...part, changes: all })
    else if (stderr.isTTY)
      printNote({ stderr }, `${part.added} added, ${part.changed} changed, ${part.deleted} deleted`)
    return ExitCode.ok
  }
}

async function showText({ client, stdout, stderr, language = null }: Context, pair: Pair, path: string, json: boolean) {
  const answer = await client.compareText({ ...pair, path })
  if (json) printJson(stdout, answer)
  else if (answer.diff === null)
    printNote({ stderr }, sayText(answer.why ?? 'There is no text to compare.', answer.whyWording, language))
  else stdout.write(sanitizeLines(answer.diff))
  return answer.diff === null ? ExitCode.failed : ExitCode.ok
}

async function showPackages(
  { client, stdout, stderr, language = null }: Context,
  pair: Pair,
  json: boolean,
): Promise<number> {
  const answer = await client.comparePackages(pair)
  const { changes, notes, notesWordings } = answer
  if (json) {
    printJson(stdout, answer)
    return ExitCode.ok
  }
  for (const { manager, name, before, after } of changes) {
    const letter = before === null ? 'A' : after === null ? 'D' : 'C'
    const versions = [before, after].filter((version) => version !== null).join(' -> ')
    printLine(stdout, sanitize(`${letter} ${manager} ${name} ${versions}`))
  }
  for (const note of sayTexts(notes, notesWordings, language)) printNote({ stderr }, sanitize(note))
  if (stderr.isTTY) printNote({ stderr }, count(changes.length, 'package'))
  return ExitCode.ok
}

async function showConfig({ client, stdout }: Context, pair: Pair, json: boolean): Promise<number> {
  const { changes } = await client.compareConfig(pair)
  if (json) printJson(stdout, { changes })
  else for (const { field, before, after } of changes) printLine(stdout, sanitize(`${field}: ${before} -> ${after}`))
  return ExitCode.ok
}
