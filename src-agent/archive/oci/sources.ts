import type { Image } from '#contract/image'
import type { SandboxSpec } from '#contract/sandbox'
import type { Trees } from '../../sandboxes/trees.ts'
import type { ImageStore } from '../../storage/images/image-store.ts'
import type { LayerStore } from '../../storage/layers/layer-store.ts'
import type { LayerSource } from '../../storage/layers/tree-view.ts'
import { type LayerTar, openLayerTar } from './layer-tar.ts'

interface Deps {
  readonly images: ImageStore
  readonly layers: LayerStore
  readonly now: () => Date
  readonly trees: Trees
}

/** What is to leave: a sandbox as it is now, or a snapshot. */
export interface ArchiveSource {
  /** Of the sandbox, or of the one that the snapshot was taken of. */
  readonly name: string
  readonly isRunning: boolean
  /** Something was set for its next start, which does not leave. */
  readonly hasPending: boolean
  readonly spec: SandboxSpec
  readonly argv: readonly string[]
  readonly image: Image
  readonly imageName: string
  /** Its mounted parts, the topmost first. */
  readonly imageTrees: readonly LayerSource[]
  readonly createdAt: string
  /** The writable layer and the read-only ones, the topmost first. */
  readonly layers: readonly ArchiveLayer[]
  /** Id of the snapshot that it stands on, or is. */
  readonly snapshotId: string | null
}

export interface ArchiveLayer {
  /** Null: the writable layer. */
  readonly id: string | null
  readonly source: LayerSource
  open(signal: AbortSignal): Promise<LayerTar>
}

/** Rejects with notFound. What a running sandbox has written so far is in its layer when this resolves. */
export async function findSource(deps: Deps, ref: string, signal: AbortSignal): Promise<ArchiveSource> {
  const found = await deps.trees.find(ref, signal)
  const shown = found.sandbox?.sandbox ?? found.snapshot?.snapshot
  const { imageTrees } = found
  if (shown === undefined) throw new Error(`no sandbox and no snapshot: ${ref}`)
  const isRunning = found.sandbox !== null && found.sandbox.sandbox.pid !== null
  const own = found.sources.slice(0, -imageTrees.length)
  const writable = own.length - found.layers.length
  for (const id of found.layers) await deps.layers.requireUsable(id)
  const layers = own.map((source, at): ArchiveLayer => {
    const id = found.layers[at - writable] ?? null
    const changes = id === null && isRunning
    return { id, source, open: (stop) => openLayerTar(source, { signal: stop, changes }) }
  })
  return {
    name: found.sandbox?.sandbox.name ?? found.snapshot?.snapshot.sandboxName ?? '',
    isRunning,
    hasPending: (found.sandbox?.sandbox.pending ?? null) !== null,
    spec: shown.spec,
    argv: shown.argv,
    image: deps.images.find(found.imageDigest),
    imageName: shown.image,
    imageTrees,
    createdAt: found.snapshot?.snapshot.createdAt ?? deps.now().toISOString(),
    layers,
    snapshotId: found.snapshot?.snapshot.id ?? found.sandbox?.sandbox.parentId ?? null,
  }
}
