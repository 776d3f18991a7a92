import { SandboxSpec } from '#contract/sandbox'
import type { Snapshot, SnapshotUsage } from '#contract/snapshot'
import { busyboxDigest } from './samples.ts'

/** A disk snapshot of `web`, unless a test wants another. */
export function makeSnapshot(changes: Partial<Snapshot> = {}): Snapshot {
  return {
    ...{ id: 'aaaaaaaaaaaa', name: 'first', note: '', labels: {}, reason: 'manual', state: 'ready' },
    ...{ sandboxId: '0123456789ab', sandboxName: 'web', parentId: null, createdAt: '2026-01-01T10:00:00.000Z' },
    ...{ class: 'container', image: 'busybox:latest', imageDigest: busyboxDigest, argv: ['sh'], live: null },
    ...{ spec: SandboxSpec.parse({ image: 'busybox:latest' }), pauseMs: 12, tookMs: 40, layerBytes: 1_048_576 },
    ...{ layerEntries: 20, sealed: true, verifiedAt: null, problem: null },
    ...changes,
  }
}

export function makeSnapshotUsage(changes: Partial<SnapshotUsage> = {}): SnapshotUsage {
  return {
    ...{ id: 'aaaaaaaaaaaa', uniqueBytes: 1_048_576, sharedBytes: 0, freesBytes: 1_048_576, dependents: [] },
    ...changes,
  }
}
