import type { Snapshot, SnapshotReason } from '#contract/snapshot'

export interface SnapshotWish {
  readonly reason: SnapshotReason
  readonly live: boolean
  readonly name?: string | undefined
  readonly note?: string
  readonly labels?: Snapshot['labels']
}

export interface TakeWork {
  readonly signal: AbortSignal
  readonly onProgress?: (progress: number) => void
  /** When it was requested. */
  readonly began: number
}
