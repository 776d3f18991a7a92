import { sayTexts } from '#contract/language'
import { SandboxName } from '#contract/sandbox'
import { defineCommand } from '../../command/command.ts'
import { usageError } from '../../command/usage-error.ts'
import { printJson, printLine, printNote } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { sanitize } from '../../output/sanitize.ts'
import { withProgress } from '../../output/task-progress.ts'
import { formatDuration } from '../../output/words.ts'
import { parseClass } from '../../parse/class.ts'
import { findTree } from '../../parse/tree-ref.ts'

export const snapshotFork = defineCommand({
  operands: 'SNAPSHOT|SANDBOX',
  count: [1, 1],
  description:
    'Makes new sandboxes from a snapshot, or from a sandbox as it is now. Each has its own name, hostname, machine id,\n' +
    'addresses and random state; open connections are dropped.',
  flags: {
    number: { type: 'string', short: 'n', value: 'N', help: 'How many; 1 otherwise.' },
    name: { type: 'string', value: 'PREFIX', help: 'Names are PREFIX-1 and so on. With one, PREFIX itself.' },
    live: { type: 'boolean', help: 'Running processes go on in each. The default where that can be done.' },
    'disk-only': { type: 'boolean', help: 'Start anew on the same disk.' },
    class: { type: 'string', value: 'CLASS', help: 'Another isolation class than the parent.' },
    'no-start': { type: 'boolean', help: 'Leave them stopped.' },
  },
  examples: [
    { line: 'joey snapshot fork web -n 5 --name try', comment: 'Makes try-1 to try-5 from web as it is now.' },
    { line: 'joey snapshot fork web@before-upgrade', comment: 'One sandbox from a snapshot.' },
  ],
  async run({ operands: [word = ''], flags }, context) {
    if (flags.live && flags['disk-only']) throw usageError('usage-live-and-disk-only')
    const count = readCount(flags.number)
    if (flags.name !== undefined && !SandboxName.safeParse(flags.name).success)
      throw usageError('usage-sandbox-name', { text: flags.name })
    const of = flags.class === undefined ? {} : { class: parseClass('--class', flags.class) }
    const [kind = '', id = ''] = (await findTree(context.client, word)).split(':')
    if (kind === 'image') throw usageError('usage-image-not-forked')
    const wish = {
      ...(kind === 'sandbox' ? { sandbox: id } : { snapshot: id }),
      count,
      ...(flags.name === undefined ? {} : { prefix: flags.name }),
      ...(flags.live ? { live: true } : flags['disk-only'] ? { live: false } : {}),
      ...of,
      start: !flags['no-start'],
    }
    const result = await withProgress(context, (task) => context.client.forkSandboxes({ ...wish, task }))
    if (flags.json) printJson(context.stdout, result)
    else {
      if (result.pauseMs > 0) printNote(context, `The parent was paused for ${formatDuration(result.pauseMs)}.`)
      for (const text of sayTexts(result.messages, result.messagesWordings, context.language ?? null))
        printNote(context, sanitize(text))
      for (const { name } of result.sandboxes) printLine(context.stdout, name)
    }
    return result.sandboxes.length === count ? ExitCode.ok : ExitCode.failed
  },
})

function readCount(text = '1'): number {
  const number = /^\d{1,3}$/.test(text) ? Number(text) : 0
  if (number < 1 || number > 100) throw usageError('usage-number', { option: '-n', text, least: 1, most: 100 })
  return number
}
