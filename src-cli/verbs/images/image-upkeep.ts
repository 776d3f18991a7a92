import { formatBytes } from '#contract/byte-size'
import { ImageName } from '#contract/image'
import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { type Context, printJson, printLine, printNote } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { ask } from '../../tty/ask.ts'
import { imageRef } from '../shared/image-ref.ts'

export const imageInspect = defineCommand({
  operands: 'IMAGE [IMAGE...]',
  count: [1, Number.POSITIVE_INFINITY],
  description: 'Prints JSON: configuration, sizes, where it was pulled from and by which digest, and what uses it.',
  flags: {},
  examples: [{ line: 'joey image inspect busybox', comment: 'All that is known of it.' }],
  async run({ operands }, context) {
    const found = []
    for (const ref of operands) found.push(await context.client.inspectImage({ ref: imageRef(ref) }))
    printJson(context.stdout, found)
    return ExitCode.ok
  },
})

export const imageTag = defineCommand({
  operands: 'IMAGE NAME',
  count: [2, 2],
  description: 'Gives an image one more name. Another image that has it loses it.',
  flags: {},
  examples: [{ line: 'joey image tag busybox tools:1', comment: 'Both names mean it then.' }],
  async run({ operands: [ref = '', name = ''], flags }, context) {
    if (!ImageName.safeParse(name).success) throw usageError('usage-image-name', { text: name })
    const image = await context.client.tagImage({ ref: imageRef(ref), name })
    if (flags.json) printJson(context.stdout, image)
    else printLine(context.stdout, image.names.join(', '))
    return ExitCode.ok
  },
})

export const imageUntag = defineCommand({
  operands: 'IMAGE [IMAGE...]',
  count: [1, Number.POSITIVE_INFINITY],
  description:
    'Takes names from images. An image stays, also without a name, until "joey image prune" or "joey image rm".',
  flags: {},
  examples: [{ line: 'joey image untag tools:1', comment: 'The image keeps its other names.' }],
  async run({ operands, flags }, context) {
    const left = []
    for (const ref of operands) left.push(await context.client.untagImage({ ref: imageRef(ref) }))
    if (flags.json) printJson(context.stdout, left)
    else for (const ref of operands) printLine(context.stdout, ref)
    return ExitCode.ok
  },
})

export const imagePrune = defineCommand({
  operands: '',
  count: [0, 0],
  description:
    'Removes images that have no name and that nothing uses. Asks before it does; without a terminal it needs --force.',
  flags: {
    all: { type: 'boolean', short: 'a', help: 'Also those with names, if nothing uses them.' },
    'dry-run': { type: 'boolean', help: 'Only show what would be removed.' },
    force: { type: 'boolean', short: 'f', help: 'Do not ask.' },
  },
  examples: [{ line: 'joey image prune -a --dry-run', comment: 'What could go.' }],
  async run({ flags }, context) {
    const { all } = flags
    if (!flags['dry-run'] && !flags.force && !(await isConfirmed(context, all))) return ExitCode.failed
    const result = await context.client.pruneImages({ all, dryRun: flags['dry-run'] })
    if (flags.json) {
      printJson(context.stdout, result)
      return ExitCode.ok
    }
    for (const image of result.removed) printLine(context.stdout, lineOf(image))
    printNote(context, `${flags['dry-run'] ? 'Would free' : 'Freed'} ${formatBytes(result.freedBytes)}.`)
    return ExitCode.ok
  },
})

function lineOf({ digest, names }: { readonly digest: string; readonly names: readonly string[] }): string {
  return `${digest.slice(7, 19)}  ${names.join(', ') || '-'}`
}

/** Shows what would go, and asks. Nothing to remove needs no question. */
async function isConfirmed(context: Context, all: boolean): Promise<boolean> {
  const { removed, freedBytes } = await context.client.pruneImages({ all, dryRun: true })
  if (removed.length === 0) return true
  if (!context.stdin.isTTY) throw usageError('usage-prune-unconfirmed')
  for (const image of removed) printNote(context, lineOf(image))
  const images = removed.length === 1 ? 'this image' : `these ${removed.length} images`
  const answer = await ask(context, `Remove ${images} (${formatBytes(freedBytes)})? [y/N] `, { secret: false })
  return /^y(es)?$/i.test(answer.trim())
}
