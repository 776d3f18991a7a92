import { stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { version } from '../../base/version.ts'
import type { SnapshotRecord, SnapshotStore } from '../../state/records/snapshot-records.ts'
import { measureLayer } from '../../storage/ext4/layer-to-disk.ts'
import type { LayerStore } from '../../storage/layers/layer-store.ts'
import { openLayerTar } from '../oci/layer-tar.ts'
import type { ArchiveLayer, ArchiveSource } from '../oci/sources.ts'
import type { Manifest } from './manifest.ts'

interface Deps {
  readonly layers: LayerStore
  readonly snapshotRecords: SnapshotStore
}

/** What goes into a bundle: the source, the snapshots that go with it, and every layer once. */
export interface BundlePlan {
  readonly source: ArchiveSource
  readonly snapshots: readonly SnapshotRecord[]
  readonly layers: readonly PlannedLayer[]
}

export interface PlannedLayer extends ArchiveLayer {
  readonly key: string
}

/** Those of the way to the image are always in it, and those that are requested with theirs. */
export async function planBundle(
  deps: Deps,
  source: ArchiveSource,
  wanted: readonly string[],
  signal: AbortSignal,
): Promise<BundlePlan> {
  const snapshots = new Map<string, SnapshotRecord>()
  for (const id of [source.snapshotId, ...wanted]) {
    for (let at = id; at !== null; ) {
      const record = deps.snapshotRecords.get(at)
      // Only snapshots that are whole leave; the tree ends where one is not.
      if (!record || record.snapshot.state !== 'ready' || snapshots.has(at)) break
      if (record.snapshot.imageDigest === source.image.digest) snapshots.set(at, record)
      at = record.snapshot.parentId
    }
  }
  const layers = new Map<string, PlannedLayer>()
  const add = (layer: ArchiveLayer) => {
    const name = layer.id ?? ''
    if (!layers.has(name)) layers.set(name, { ...layer, key: `layer-${layers.size}` })
  }
  for (const layer of source.layers) add(layer)
  for (const { layers: chain } of snapshots.values()) {
    for (const id of chain) {
      if (layers.has(id)) continue
      await deps.layers.requireUsable(id)
      const tree = { kind: 'folder', path: await deps.layers.ensureTree(id, signal) } as const
      add({ id, source: tree, open: (stop) => openLayerTar(tree, { signal: stop, changes: false }) })
    }
  }
  return { source, snapshots: [...snapshots.values()], layers: [...layers.values()] }
}

/** Bytes and entries as the store has counted them, or counted now. */
export async function measurePlanned(deps: Pick<Deps, 'layers'>, { id, source }: PlannedLayer, signal: AbortSignal) {
  const facts = id === null ? null : await deps.layers.facts(id)
  if (facts?.sealed) return { bytes: facts.bytes, entries: facts.entries }
  if (source.kind === 'folder') return measureLayer(source.path, signal)
  const { blocks } = await stat(source.path)
  // Of a disk it is known what it takes; what is in it can be no more, and how many there are is not known before.
  return { bytes: blocks * 512, entries: 1_000_000 }
}

interface ManifestRequest {
  readonly plan: BundlePlan
  readonly sizes: readonly { readonly bytes: number; readonly entries: number }[]
  readonly ref: string
  readonly note: string
  readonly withImage: boolean
  readonly packages: number
  readonly dropVariables: ReadonlySet<string>
  readonly now: Date
}

export function makeManifest(request: ManifestRequest): Manifest {
  const { plan, sizes, dropVariables } = request
  const { source, snapshots, layers } = plan
  const keys = new Map(layers.map(({ id, key }) => [id ?? '', key]))
  const chainOf = (ids: readonly (string | null)[]) => ids.flatMap((id) => keys.get(id ?? '') ?? [])
  const without = (spec: ArchiveSource['spec']) => ({
    ...spec,
    env: Object.fromEntries(Object.entries(spec.env).filter(([name]) => !dropVariables.has(name))),
  })
  const known = new Set(snapshots.map(({ snapshot }) => snapshot.id))
  const inBundle = (id: string | null) => (id !== null && known.has(id) ? id : null)
  const { digest, architecture, createdAt, config, contentBytes } = source.image
  return {
    name: source.name,
    createdAt: request.now.toISOString(),
    byVersion: version,
    fromHost: hostname().slice(0, 253),
    note: request.note,
    source: request.ref,
    image: {
      digest,
      name: source.imageName,
      architecture,
      createdAt,
      config,
      contentBytes,
      included: request.withImage,
    },
    spec: without(source.spec),
    argv: [...source.argv],
    chain: chainOf(source.layers.map(({ id }) => id)),
    parentId: inBundle(source.snapshotId),
    layers: layers.map(({ key }, at) => ({ key, bytes: sizes[at]?.bytes ?? 0, entries: sizes[at]?.entries ?? 0 })),
    snapshots: snapshots.map(({ snapshot, layers: chain }) => ({
      ...{ id: snapshot.id, name: snapshot.name, note: snapshot.note, labels: snapshot.labels },
      ...{ reason: snapshot.reason, createdAt: snapshot.createdAt, sandboxName: snapshot.sandboxName },
      parentId: inBundle(snapshot.parentId),
      spec: without(snapshot.spec),
      argv: snapshot.argv,
      chain: chainOf(chain),
      ...{ layerBytes: snapshot.layerBytes, layerEntries: snapshot.layerEntries },
    })),
    packages: request.packages,
  }
}
