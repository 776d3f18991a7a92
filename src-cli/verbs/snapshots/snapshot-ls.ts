import { formatBytes } from '#contract/byte-size'
import type { Snapshot } from '#contract/snapshot'
import { defineCommand } from '../../command/command.ts'
import { printJson, printLine } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { printTable } from '../../output/print-table.ts'
import { sanitize } from '../../output/sanitize.ts'
import { drawTree } from '../../output/snapshot-tree.ts'
import type { Column } from '../../output/table.ts'
import { formatAgo, formatDuration } from '../../output/words.ts'
import { sandboxRef } from '../shared/sandbox-ref.ts'

const columns: readonly Column<Snapshot>[] = [
  { title: 'ID', cell: ({ id }) => id },
  { title: 'NAME', cell: ({ sandboxName, name }) => `${sandboxName}@${name}` },
  { title: 'HOLDS', cell: ({ live }) => (live === null ? 'disk' : 'disk and memory') },
  { title: 'CLASS', cell: (snapshot) => snapshot.class },
  { title: 'MADE', cell: ({ createdAt }) => formatAgo(createdAt, new Date()) },
  { title: 'WHY', cell: ({ reason }) => reason },
  { title: 'WRITTEN', align: 'right', cell: ({ layerBytes }) => formatBytes(layerBytes) },
  { title: 'PAUSE', align: 'right', cell: ({ pauseMs }) => (pauseMs > 0 ? formatDuration(pauseMs) : '-') },
  {
    title: 'STATE',
    cell: ({ state }) => (state === 'damaged' ? { text: state, colour: 'red' } : state),
  },
]

export const snapshotLs = defineCommand({
  operands: '[SANDBOX]',
  count: [0, 1],
  flags: { quiet: { type: 'boolean', short: 'q', help: 'Only ids.' } },
  examples: [{ line: 'joey snapshot ls web', comment: 'The snapshots of one sandbox, the oldest first.' }],
  async run({ operands: [word], flags }, context) {
    const snapshots = await context.client.listSnapshots(word === undefined ? {} : { sandbox: word })
    if (flags.json) printJson(context.stdout, snapshots)
    else if (flags.quiet) for (const { id } of snapshots) printLine(context.stdout, id)
    else printTable(context, columns, snapshots)
    return ExitCode.ok
  },
})

export const snapshotTree = defineCommand({
  operands: '[SANDBOX]',
  count: [0, 1],
  description: 'What was made from what: snapshots, and sandboxes (*) below the snapshot that their disk stands on.',
  flags: {},
  examples: [{ line: 'joey snapshot tree', comment: 'Everything.' }],
  async run({ operands: [word], flags }, { client, stdout }) {
    const [snapshots, sandboxes, usage] = await Promise.all([
      client.listSnapshots({}),
      client.listSandboxes({ all: true }),
      client.readSnapshotUsage({}),
    ])
    const shown =
      word === undefined
        ? snapshots
        : familyOf((await client.inspectSandbox({ ref: sandboxRef(word) })).id, snapshots, sandboxes)
    const ids = new Set(shown.map(({ id }) => id))
    const near = sandboxes.filter(({ parentId }) => parentId !== null && ids.has(parentId))
    if (flags.json)
      printJson(stdout, { snapshots: shown, sandboxes: near, usage: usage.filter(({ id }) => ids.has(id)) })
    else for (const line of drawTree({ snapshots: shown, sandboxes: near, usage })) printLine(stdout, sanitize(line))
    return ExitCode.ok
  },
})

type Child = { readonly id: string; readonly parentId: string | null }

/** All snapshots that are connected to those of the sandbox: where it comes from, and what came of it. */
function familyOf(sandboxId: string, snapshots: readonly Snapshot[], sandboxes: readonly Child[]): readonly Snapshot[] {
  const start = sandboxes.find(({ id }) => id === sandboxId)?.parentId
  const family = new Set(
    snapshots.flatMap((each) => (each.sandboxId === sandboxId || each.id === start ? [each.id] : [])),
  )
  for (let before = -1; before !== family.size; ) {
    before = family.size
    for (const { id, parentId } of snapshots) {
      if (parentId === null) continue
      if (family.has(id)) family.add(parentId)
      else if (family.has(parentId)) family.add(id)
    }
  }
  return snapshots.filter(({ id }) => family.has(id))
}
