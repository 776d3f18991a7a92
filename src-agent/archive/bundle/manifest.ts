import * as z from 'zod'
import { ImageConfig, ImageDigest } from '#contract/image'
import { Argv, SandboxName, SandboxSpec } from '#contract/sandbox'
import { SnapshotId, SnapshotName, SnapshotReason } from '#contract/snapshot'

/** Names a layer within its bundle. */
const LayerKey = z.string().regex(/^layer-[0-9]{1,4}$/)
const Chain = z.array(LayerKey).max(1000)
const Count = z.int().nonnegative()

/** What a bundle says of itself, before anything else: all that the permission sheet needs. */
export const Manifest = z.strictObject({
  name: SandboxName,
  createdAt: z.iso.datetime(),
  byVersion: z.string().max(100),
  fromHost: z.string().max(253),
  note: z.string().max(4096),
  /** What it was made of: `sandbox:web`. */
  source: z.string().max(200),
  image: z.strictObject({
    digest: ImageDigest,
    name: z.string().max(512),
    architecture: z.string().max(64),
    createdAt: z.iso.datetime({ offset: true }).nullable(),
    config: ImageConfig,
    contentBytes: Count,
    included: z.boolean(),
  }),
  spec: SandboxSpec,
  argv: Argv,
  /** The layers of the sandbox, its own writable one too, the topmost first. */
  chain: Chain,
  parentId: SnapshotId.nullable(),
  /** In the order in which they follow. */
  layers: z.array(z.strictObject({ key: LayerKey, bytes: Count, entries: Count })).max(1000),
  snapshots: z
    .array(
      z.strictObject({
        id: SnapshotId,
        name: SnapshotName,
        note: z.string().max(4096),
        labels: z.record(z.string().min(1).max(256), z.string().max(4096)),
        reason: SnapshotReason,
        createdAt: z.iso.datetime(),
        sandboxName: SandboxName,
        parentId: SnapshotId.nullable(),
        spec: SandboxSpec,
        argv: Argv,
        chain: Chain,
        layerBytes: Count,
        layerEntries: Count,
      }),
    )
    .max(1000),
  packages: Count,
})
export type Manifest = z.infer<typeof Manifest>

/** Sockets of a layer: tar has no word for them. Paths are latin1, times are nanoseconds. */
export const LayerAbout = z.strictObject({
  sockets: z
    .array(
      z.strictObject({
        path: z.string().min(1).max(4096),
        mode: z.int().min(0).max(0o7777),
        uid: z
          .int()
          .min(0)
          .max(2 ** 32 - 2),
        gid: z
          .int()
          .min(0)
          .max(2 ** 32 - 2),
        modified: z.string().regex(/^-?[0-9]{1,22}$/),
      }),
    )
    .max(100_000),
})
export type LayerAbout = z.infer<typeof LayerAbout>
