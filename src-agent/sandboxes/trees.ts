import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import type { SnapshotRecord } from '../state/records/snapshot-records.ts'
import type { LayerSource, TreeView } from '../storage/layers/tree-view.ts'
import type { TreePair } from '../storage/trees/tree-pair.ts'

/** Which layers make a tree of files, found by its name. */
export interface TreeSources {
  /** The topmost first; the last are {@link imageTrees}. */
  readonly sources: readonly LayerSource[]
  /** The mounted parts of the image, the topmost first: one at least. */
  readonly imageTrees: readonly LayerSource[]
  readonly imageDigest: string
  /** Layers of the store among the sources, the topmost first: `sources` without a writable layer and without the image. */
  readonly layers: readonly string[]
  /** The tree of a sandbox, which may run. */
  readonly sandbox: SandboxRecord | null
  readonly snapshot: SnapshotRecord | null
}

/** Trees by their names in the contract: `sandbox:NAME`, `snapshot:REF`, `image:REF`. */
export interface Trees {
  /** Rejects with notFound. What a running sandbox has written so far is in its sources when this resolves. */
  find(ref: string, signal: AbortSignal): Promise<TreeSources>
  /** The union of the sources. The caller closes it. */
  open(sources: Pick<TreeSources, 'sources'>): Promise<TreeView>
  /** Two of them, to be compared. The caller closes it. */
  openPair(before: Pick<TreeSources, 'sources'>, after: Pick<TreeSources, 'sources'>): Promise<TreePair>
}
