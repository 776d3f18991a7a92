import { formatBytes } from '#contract/byte-size'
import { type DiskKind, type DiskUsage, reclaimedBy } from '#contract/disk-usage'
import { defineCommand } from '../../command/command.ts'
import { printJson } from '../../context.ts'
import { ExitCode } from '../../exit-codes.ts'
import { printTable } from '../../output/print-table.ts'
import type { Column } from '../../output/table.ts'

export const systemDf = defineCommand({
  operands: '',
  count: [0, 0],
  description:
    'Measures what is kept on the disk. What several images or snapshots have counts once, and is in SHARED. RECLAIMABLE is what\n' +
    'would be free if all that nothing uses were removed, by the command beside it.',
  flags: {},
  examples: [{ line: 'joey system df', comment: 'Images, snapshots, disks of sandboxes, volumes, logs.' }],
  async run({ flags }, context) {
    const { kinds, ...total } = await context.client.readDiskUsage({})
    if (flags.json) {
      printJson(context.stdout, {
        kinds: kinds.map((each) => ({ ...each, reclaimedBy: reclaimedBy[each.kind] })),
        ...total,
      })
      return ExitCode.ok
    }
    printTable(context, columns, [...kinds, { ...total, kind: null }])
    return ExitCode.ok
  },
})

type Row = DiskUsage | { readonly kind: null; readonly bytes: number; readonly reclaimableBytes: number }

const titles: Readonly<Record<DiskKind, string>> = {
  images: 'Images',
  registry: 'As registries have them',
  layers: 'Layers of snapshots',
  memory: 'Memory of snapshots',
  sandboxes: 'Disks of sandboxes',
  volumes: 'Volumes',
  logs: 'Logs',
  builds: 'Build cache',
  templates: 'Templates of micro-VMs',
  other: 'Other',
}

/** Kinds that are not made of pieces which somebody could count. */
const uncounted: ReadonlySet<DiskKind> = new Set(['registry', 'templates', 'other'])

const counted = (row: Row): row is DiskUsage => row.kind !== null && !uncounted.has(row.kind)

const columns: readonly Column<Row>[] = [
  { title: 'TYPE', cell: ({ kind }) => (kind === null ? 'Together' : titles[kind]) },
  { title: 'TOTAL', cell: (row) => (counted(row) ? String(row.count) : '-'), align: 'right' },
  { title: 'ACTIVE', cell: (row) => (counted(row) ? String(row.active) : '-'), align: 'right' },
  { title: 'SIZE', cell: ({ bytes }) => formatBytes(bytes), align: 'right' },
  { title: 'SHARED', cell: (row) => (counted(row) ? formatBytes(row.sharedBytes) : '-'), align: 'right' },
  { title: 'RECLAIMABLE', cell: ({ reclaimableBytes }) => formatBytes(reclaimableBytes), align: 'right' },
  {
    title: 'BY',
    cell: ({ kind, reclaimableBytes }) => (kind !== null && reclaimableBytes > 0 && reclaimedBy[kind]) || '-',
  },
]
