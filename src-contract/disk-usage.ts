import * as z from 'zod'
import { operation } from './operation.ts'
import { mayGrow } from './tolerant.ts'

/**
 * What Joey keeps on the disk, by kind. `registry`: layers of images as registries have them; `layers`: what snapshots and forks stand on; `memory`:
 * that of snapshots; `sandboxes`: what each has written; `builds`: the sandboxes of builds with their finished steps; `templates`: what
 * micro-VMs start from.
 */
export const DiskKind = mayGrow(
  z.enum([
    'images',
    'registry',
    'layers',
    'memory',
    'sandboxes',
    'volumes',
    'logs',
    'builds',
    'templates',
    /** Never sent: how a client shows a kind of a later version. */
    'other',
  ]),
  'other',
)
export type DiskKind = z.infer<typeof DiskKind>

/** The command that gives back what is not needed; null where it goes with something else, or is made again. */
export const reclaimedBy: Readonly<Record<DiskKind, string | null>> = {
  images: 'joey image prune -a',
  registry: null,
  layers: 'joey snapshot rm',
  memory: 'joey snapshot rm',
  sandboxes: 'joey prune',
  volumes: 'joey volume prune -a',
  logs: 'joey prune',
  builds: 'joey rm',
  templates: null,
  other: null,
}

export const DiskUsage = z.strictObject({
  kind: DiskKind,
  count: z.int().nonnegative(),
  /** How many of them something uses or runs. */
  active: z.int().nonnegative(),
  /** On disk, all of them. What several have counts once. */
  bytes: z.int().nonnegative(),
  /** What of it more than one of them has. */
  sharedBytes: z.int().nonnegative(),
  /** What would be free if all that nothing uses went. */
  reclaimableBytes: z.int().nonnegative(),
})
export type DiskUsage = z.infer<typeof DiskUsage>

export const readDiskUsage = operation({
  name: 'system.diskUsage',
  method: 'GET',
  path: '/v1/system/disk-usage',
  summary: 'Measures what is kept on the disk, by kind, and what of it nothing uses.',
  request: z.strictObject({}),
  response: z.strictObject({
    kinds: z.array(DiskUsage),
    bytes: z.int().nonnegative(),
    reclaimableBytes: z.int().nonnegative(),
  }),
})
