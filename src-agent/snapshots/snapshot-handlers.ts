import type { Snapshot } from '#contract/snapshot'
import { defineHandlers } from '../base/handlers.ts'
import type { SnapshotRecord } from '../state/records/snapshot-records.ts'
import type { Progress, Tasks } from '../state/tasks.ts'
import { nameSnapshot, snapshotsOf } from './find-snapshot.ts'
import { type ForkDeps, forkSandboxes } from './fork.ts'
import { removeSnapshot } from './remove-snapshot.ts'
import { planRestore } from './restore-plan.ts'
import { restoreInPlace } from './restore-steps.ts'
import type { SnapshotWish, TakeWork } from './take-work.ts'
import { readSnapshotUsage } from './usage.ts'
import { verifySnapshots } from './verify.ts'

interface Deps extends ForkDeps {
  readonly tasks: Tasks
  readonly leaving: AbortSignal
  readonly find: (ref: string) => SnapshotRecord
  readonly takeAt: (ref: string, wish: SnapshotWish, work: TakeWork) => Promise<Snapshot>
}

/** The operations on snapshots. What takes a while runs as a task. */
export function createSnapshotHandlers(deps: Deps) {
  const { tasks, find } = deps
  return defineHandlers({
    createSnapshot: ({ ref, task, ...wish }, signal) => {
      const began = performance.now()
      const request = { id: task, kind: 'snapshot.create' as const, subject: ref, signal }
      return tasks.run(request, (cancel, onProgress) =>
        deps.takeAt(ref, { ...wish, reason: 'manual' }, { began, signal: cancel, onProgress: asWork(onProgress) }),
      )
    },
    listSnapshots: async ({ sandbox }) => snapshotsOf(deps, sandbox).map(({ snapshot }) => snapshot),
    inspectSnapshot: async ({ ref }) => find(ref).snapshot,
    updateSnapshot: async ({ ref, ...change }) => describe(deps, find(ref), change),
    readSnapshotUsage: ({ sandbox }) => readSnapshotUsage(deps, sandbox),
    planRestore: (request, signal) => planRestore(deps, request, signal),
    restoreSnapshot: (request, signal) => {
      const { task: id, ref: subject } = request
      return tasks.run({ id, kind: 'snapshot.restore', subject, signal }, (cancel, onProgress) =>
        restoreInPlace(deps, request, { began: performance.now(), signal: cancel, onProgress: asWork(onProgress) }),
      )
    },
    forkSandboxes: (request, signal) => {
      const subject = request.snapshot ?? request.sandbox ?? ''
      return tasks.run({ id: request.task, kind: 'snapshot.fork', subject, signal }, (cancel, onProgress) =>
        forkSandboxes(deps, request, { began: performance.now(), signal: cancel, onProgress: asWork(onProgress) }),
      )
    },
    removeSnapshot: ({ ref }) => removeSnapshot(deps, find(ref).snapshot.id),
    verifySnapshots: ({ ref, task: id }, signal) =>
      tasks.run({ id, kind: 'snapshot.verify', subject: ref ?? 'all', signal }, (cancel, onProgress) =>
        verifySnapshots(deps, ref === undefined ? null : find(ref).snapshot.id, {
          signal: cancel,
          onProgress: asWork(onProgress),
        }),
      ),
  })
}

/** Puts other words about a snapshot on record. */
function describe(
  { snapshotRecords, now }: Pick<Deps, 'snapshotRecords' | 'now'>,
  record: SnapshotRecord,
  change: Partial<{ [K in 'name' | 'note' | 'labels']: Snapshot[K] | undefined }>,
): Snapshot {
  const { snapshot } = record
  const { sandboxId, reason } = snapshot
  const name =
    change.name === undefined || change.name === snapshot.name
      ? snapshot.name
      : nameSnapshot(snapshotRecords, { sandboxId, name: change.name, reason, now: now() })
  const changed = { ...snapshot, name, note: change.note ?? snapshot.note, labels: change.labels ?? snapshot.labels }
  snapshotRecords.put({ ...record, snapshot: changed })
  return changed
}

/** A task whose phase is work without further name. */
function asWork(onProgress: Progress): (progress: number) => void {
  return (progress) => onProgress('working', Math.min(1, Math.max(0, progress)))
}
