import type { AgentEvent } from '#contract/observe'
import type { SandboxId } from '#contract/sandbox'
import type { Snapshot, SnapshotId } from '#contract/snapshot'
import { without } from './sandbox-slice.ts'

export type Snapshots = ReadonlyMap<SnapshotId, Snapshot>

export function reduceSnapshots(snapshots: Snapshots, event: AgentEvent): Snapshots {
  switch (event.type) {
    case 'state':
      return new Map(event.snapshots.map((snapshot) => [snapshot.id, snapshot]))
    case 'snapshot.changed':
      return new Map(snapshots).set(event.snapshot.id, event.snapshot)
    case 'snapshot.removed':
      return without(snapshots, event.id)
    default:
      return snapshots
  }
}

/** Those that were taken of one sandbox, oldest first. */
export function snapshotsOf(snapshots: Snapshots, sandboxId: SandboxId): Snapshot[] {
  return [...snapshots.values()]
    .filter((snapshot) => snapshot.sandboxId === sandboxId)
    .sort((a, b) => a.createdAt.localeCompare(b.createdAt) || a.id.localeCompare(b.id))
}
