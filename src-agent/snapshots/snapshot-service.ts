import type { Sentence } from '#contract/sentence'
import type { Snapshot, SnapshotReason } from '#contract/snapshot'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import type { SnapshotRecord } from '../state/records/snapshot-records.ts'

/** Snapshots of sandboxes, and what is made from them. */
export interface SnapshotService {
  /** Makes one for a reason of Joey's own; `createSnapshot` is this with the reason `manual`. */
  take(
    request: { readonly ref: string; readonly reason: SnapshotReason; readonly live: boolean; readonly name?: string },
    signal: AbortSignal,
  ): Promise<Snapshot>
  /**
   * For the holder of the lock of a sandbox at rest whose class is about to change: keeps it where that is a move and no copy.
   * Never rejects; what fails is logged.
   */
  keepBeforeChange(record: SandboxRecord, signal: AbortSignal): Promise<void>
  /** For the holder of the lock of a sandbox at rest: keeps it, whatever that takes; gives the id. */
  keepAtRest(record: SandboxRecord, reason: SnapshotReason, signal: AbortSignal): Promise<string>
  /** As `removeSnapshot`. */
  remove(id: string): Promise<{ readonly freedBytes: number }>
  /** By id, start of an id, `SANDBOX@NAME`, or a name that only one has. */
  find(ref: string): SnapshotRecord
  /** Finishes or takes back what an agent before this one has left half done; gives sentences. After the sandboxes were reconciled. */
  resume(): Promise<Sentence[]>
  /** Ends background work. */
  close(): Promise<void>
}
