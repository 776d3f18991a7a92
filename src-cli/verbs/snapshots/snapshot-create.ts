import { SnapshotName } from '#contract/snapshot'
import { defineCommand } from '../../command/command.ts'
import { problemOf, usageError } from '../../command/usage-error.ts'
import { printJson, printLine, printNote } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { withProgress } from '../../output/task-progress.ts'
import { formatDuration } from '../../output/words.ts'
import { parseLabels } from '../../parse/words.ts'
import { sandboxRef } from '../shared/sandbox-ref.ts'

export const snapshotCreate = defineCommand({
  operands: 'SANDBOX',
  count: [1, 1],
  description: 'Keeps the disk of a sandbox as it is. It goes on as it was; the time that it was paused is printed.',
  flags: {
    name: { type: 'string', value: 'NAME', help: 'A name for it. One is made up from the time otherwise.' },
    note: { type: 'string', value: 'TEXT', help: 'A note for people.' },
    label: { type: 'string', short: 'l', multiple: true, value: 'NAME=VALUE', help: 'A label.' },
    live: { type: 'boolean', help: 'With memory and processes, in the classes that can.' },
  },
  examples: [
    { line: 'joey snapshot create web --name before-upgrade', comment: 'Keeps the disk under a name.' },
    { line: 'joey snapshot create web --live', comment: 'Keeps what runs in it too.' },
  ],
  async run({ operands: [word = ''], flags }, context) {
    const ref = sandboxRef(word)
    const name = snapshotName(flags.name)
    const labels = parseLabels(flags.label)
    const snapshot = await withProgress(context, (task) =>
      context.client.createSnapshot({ ref, ...name, note: flags.note ?? '', labels, live: flags.live, task }),
    )
    if (flags.json) printJson(context.stdout, snapshot)
    else printLine(context.stdout, snapshot.id)
    if (!flags.json && context.stderr.isTTY)
      printNote(context, `${snapshot.sandboxName}@${snapshot.name}: paused for ${formatDuration(snapshot.pauseMs)}`)
    const targets = snapshot.spec.volumes.map(({ target }) => target)
    if (!flags.json && targets.length > 0)
      printNote(context, `Not in it: what is in its volumes (${targets.join(', ')}).`)
    return ExitCode.ok
  },
})

/** The option as a field of a request; absent where it was not given. */
export function snapshotName(text: string | undefined): { name?: string } {
  if (text === undefined) return {}
  const checked = SnapshotName.safeParse(text)
  if (!checked.success)
    throw usageError('usage-not-valid', { where: `--name ${text}`, problem: problemOf(checked.error) })
  return { name: text }
}
