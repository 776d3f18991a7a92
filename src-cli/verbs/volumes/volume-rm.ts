import { formatBytes } from '#contract/byte-size'
import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { type Context, printJson, printLine, printNote } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { ask } from '../../tty/ask.ts'
import { removeEach } from '../shared/remove-each.ts'
import { volumeName } from './volume-name.ts'

export const volumeRm = defineCommand({
  operands: 'VOLUME [VOLUME...]',
  count: [1, Number.POSITIVE_INFINITY],
  description: 'Removes volumes with everything in them, for good. One that a sandbox uses, running or not, is kept.',
  flags: {},
  examples: [{ line: 'joey volume rm data', comment: 'Removes one that nothing uses.' }],
  run({ operands, flags }, context) {
    return removeEach(context, operands.map(volumeName), flags, (name) => context.client.removeVolume({ name }))
  },
})

export const volumePrune = defineCommand({
  operands: '',
  count: [0, 0],
  description: 'Removes anonymous volumes that no sandbox uses, with everything in them. Asks before it does.',
  flags: {
    all: { type: 'boolean', short: 'a', help: 'Also those with names, if nothing uses them.' },
    'dry-run': { type: 'boolean', help: 'Only show what would be removed.' },
    force: { type: 'boolean', short: 'f', help: 'Do not ask.' },
  },
  examples: [
    { line: 'joey volume prune --dry-run', comment: 'What could go.' },
    { line: 'joey volume prune -af', comment: 'Removes all that nothing uses, without a question.' },
  ],
  async run({ flags }, context) {
    const { all } = flags
    if (!flags['dry-run'] && !flags.force && !(await isConfirmed(context, all))) return ExitCode.failed
    const result = await context.client.pruneVolumes({ all, dryRun: flags['dry-run'] })
    if (flags.json) {
      printJson(context.stdout, result)
      return ExitCode.ok
    }
    for (const { name, sizeBytes } of result.removed) printLine(context.stdout, `${name}  ${formatBytes(sizeBytes)}`)
    printNote(context, `${flags['dry-run'] ? 'Would free' : 'Freed'} ${formatBytes(result.freedBytes)}.`)
    return ExitCode.ok
  },
})

/** Shows what would go, and asks. Nothing to remove needs no question. */
async function isConfirmed(context: Context, all: boolean): Promise<boolean> {
  const { removed, freedBytes } = await context.client.pruneVolumes({ all, dryRun: true })
  if (removed.length === 0) return true
  if (!context.stdin.isTTY) throw usageError('usage-prune-unconfirmed')
  for (const { name, sizeBytes } of removed) printNote(context, `${name}  ${formatBytes(sizeBytes)}`)
  const volumes = removed.length === 1 ? 'this volume' : `these ${removed.length} volumes`
  const question = `Remove ${volumes} with everything in ${removed.length === 1 ? 'it' : 'them'} (${formatBytes(freedBytes)})? [y/N] `
  return /^y(es)?$/i.test((await ask(context, question, { secret: false })).trim())
}
