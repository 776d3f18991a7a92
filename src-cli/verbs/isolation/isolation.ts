import { sayBlast, sayView } from '#contract/say-isolation'
import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { type Context, printJson, printLine } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { describeAll, describeBlast, describeOne } from '../../output/isolation-text.ts'
import { printParagraphs } from '../../output/paragraphs.ts'
import { sandboxRef } from '../shared/sandbox-ref.ts'

export const isolation = defineCommand({
  operands: '[SANDBOX]',
  count: [0, 1],
  description:
    'Facts are read from the running system, not from the configuration. Without a sandbox: all of them.\n' +
    '--blast lists what is within reach if the sandbox is taken over, by which path, and what would cut it.',
  flags: {
    svg: { type: 'boolean', help: 'Print the graph as an SVG picture.' },
    blast: { type: 'boolean', help: 'Print what a takeover would reach.' },
    sources: { type: 'boolean', help: 'Say where each fact was read.' },
  },
  examples: [
    { line: 'joey isolation web', comment: 'Its score with the derivation, its facts, what it shares.' },
    { line: 'joey isolation --svg > isolation.svg', comment: 'The graph of everything.' },
    { line: 'joey isolation --blast web', comment: 'What could be reached from it.' },
  ],
  async run({ operands: [word], flags }, context) {
    const formats = (['json', 'svg', 'blast'] as const).filter((name) => flags[name])
    if (flags.svg && formats.length > 1) throw usageError('usage-svg-alone')
    if (flags.blast && word === undefined) throw usageError('usage-blast-of-what')
    const ref = word === undefined ? undefined : sandboxRef(word)
    if (flags.blast && ref !== undefined) await printBlast(context, ref, flags.json)
    else if (flags.svg) await printPicture(context, ref)
    else await printView(context, ref, flags)
    return ExitCode.ok
  },
})

async function printBlast(context: Context, ref: string, json: boolean): Promise<void> {
  const { client, stdout, language = null } = context
  const { id } = await client.inspectSandbox({ ref })
  const blast = await client.readBlastRadius({ node: `sandbox:${id}` })
  if (json) return printJson(stdout, blast)
  const view = await client.readIsolation({ measure: false })
  printParagraphs(context, describeBlast(sayBlast(blast, language), sayView(view, language)))
}

async function printPicture({ client, stdout, language = null }: Context, ref: string | undefined): Promise<void> {
  const view = await client.readIsolation({ ...optional(ref), measure: false })
  const { renderSvg } = await import('#contract/graph/svg')
  printLine(stdout, renderSvg(sayView(view, language)))
}

async function printView(
  context: Context,
  ref: string | undefined,
  { json, sources }: { readonly json: boolean; readonly sources: boolean },
): Promise<void> {
  const view = await context.client.readIsolation(optional(ref))
  if (json) return printJson(context.stdout, view)
  const said = sayView(view, context.language ?? null)
  printParagraphs(context, ref === undefined ? describeAll(said) : describeOne(said, { sources }))
}

function optional(ref: string | undefined): { readonly ref?: string } {
  return ref === undefined ? {} : { ref }
}
