import type { Snapshot } from '#contract/snapshot'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import type { Progress } from '../state/tasks.ts'
import type { TimeGround } from '../time-ground.ts'
import { findSnapshot, nameSnapshot, snapshotsOf } from './find-snapshot.ts'
import { createFlattening } from './flatten.ts'
import { forkSandboxes } from './fork.ts'
import { removeSnapshot } from './remove-snapshot.ts'
import { planRestore } from './restore-plan.ts'
import { restoreInPlace } from './restore-steps.ts'
import { resumeWork } from './resume-work.ts'
import { createSealing } from './sealing.ts'
import type { SnapshotGround } from './snapshot-ground.ts'
import type { CreateSnapshotService, SnapshotService } from './snapshot-service.ts'
import { isMovable, takeSnapshotOf } from './take-steps.ts'
import type { SnapshotWish, TakeWork } from './take-work.ts'
import { markUsable } from './usable.ts'
import { readUsage } from './usage.ts'
import { verifySnapshots } from './verify.ts'

/** For tests: called between any two steps of work that an agent's death may interrupt. */
export type Step = (name: string) => void | Promise<void>

export const createSnapshotService: CreateSnapshotService = (ground) => composeSnapshots(ground)

/** See {@link createSnapshotService}. */
export function composeSnapshots(time: TimeGround, step?: Step): SnapshotService {
  const leaving = new AbortController()
  const { context, layers, tasks } = time
  const snapshotRecords = context.snapshots
  const { log, background } = context
  const sealing = createSealing({ layers, snapshotRecords, background, log, leaving: leaving.signal })
  let cleared: Promise<unknown> = Promise.resolve()
  const ground: SnapshotGround = {
    ...time,
    snapshotRecords,
    sealing,
    step: async (name) => step?.(name),
    ready: async () => void (await cleared),
    wholeStates: new Map(),
    leaving: leaving.signal,
  }
  const flattening = createFlattening(ground)
  const find = (ref: string) => findSnapshot(ground, ref)

  const takeAt = (ref: string, wish: SnapshotWish, work: TakeWork): Promise<Snapshot> => {
    const { id } = time.sandboxes.find(ref).sandbox
    return context.lock.run(id, async () => {
      const snapshot = await takeSnapshotOf(ground, time.sandboxes.find(id), wish, work)
      flattening.later()
      return snapshot
    })
  }

  return {
    find,
    handlers: {
      createSnapshot: ({ ref, task, ...wish }, signal) => {
        const began = performance.now()
        const request = { id: task, kind: 'snapshot.create' as const, subject: ref, signal }
        return tasks.run(request, (cancel, onProgress) =>
          takeAt(ref, { ...wish, reason: 'manual' }, { began, signal: cancel, onProgress: asWork(onProgress) }),
        )
      },
      listSnapshots: async ({ sandbox }) => snapshotsOf(ground, sandbox).map(({ snapshot }) => snapshot),
      inspectSnapshot: async ({ ref }) => find(ref).snapshot,
      updateSnapshot: async ({ ref, name, note, labels }) => {
        const record = find(ref)
        const { snapshot } = record
        const renamed =
          name === undefined || name === snapshot.name
            ? snapshot.name
            : nameSnapshot(snapshotRecords, {
                sandboxId: snapshot.sandboxId,
                name,
                reason: snapshot.reason,
                now: context.now(),
              })
        const changed = { ...snapshot, name: renamed, note: note ?? snapshot.note, labels: labels ?? snapshot.labels }
        snapshotRecords.put({ ...record, snapshot: changed })
        return changed
      },
      readSnapshotUsage: ({ sandbox }) => readUsage(ground, sandbox),
      planRestore: (request, signal) => planRestore(ground, request, signal),
      restoreSnapshot: (request, signal) => {
        const { task: id, ref: subject } = request
        return tasks.run({ id, kind: 'snapshot.restore', subject, signal }, (cancel, onProgress) =>
          restoreInPlace(ground, request, { began: performance.now(), signal: cancel, onProgress: asWork(onProgress) }),
        )
      },
      forkSandboxes: (request, signal) => {
        const subject = request.snapshot ?? request.sandbox ?? ''
        return tasks.run({ id: request.task, kind: 'snapshot.fork', subject, signal }, (cancel, onProgress) =>
          forkSandboxes(ground, request, { began: performance.now(), signal: cancel, onProgress: asWork(onProgress) }),
        )
      },
      removeSnapshot: ({ ref }) => removeSnapshot(ground, find(ref).snapshot.id),
      verifySnapshots: ({ ref, task: id }, signal) =>
        tasks.run({ id, kind: 'snapshot.verify', subject: ref ?? 'all', signal }, (cancel, onProgress) =>
          verifySnapshots(ground, ref === undefined ? null : find(ref).snapshot.id, {
            signal: cancel,
            onProgress: asWork(onProgress),
          }),
        ),
    },
    take: ({ ref, ...wish }, signal) => takeAt(ref, wish, { began: performance.now(), signal }),
    keepBeforeChange: (record, signal) => keepBeforeChange(ground, record, signal),
    remove: (id) => removeSnapshot(ground, id),
    async resume() {
      const work = resumeWork(ground)
      cleared = work.catch(() => undefined)
      const told = await work
      markUsable(ground)
      for (const { snapshot } of snapshotRecords.all()) if (!snapshot.sealed) sealing.later(snapshot.id)
      flattening.later()
      return told
    },
    async close() {
      leaving.abort()
      await context.background.settled()
    },
  }
}

async function keepBeforeChange(ground: SnapshotGround, record: SandboxRecord, signal: AbortSignal): Promise<void> {
  const { context } = ground
  // A disk would have to be copied, and what was never written to has nothing to keep.
  if (!isMovable(context, record)) return
  const wish = { reason: 'before-class-change' as const, live: false }
  await takeSnapshotOf(ground, record, wish, { signal, began: performance.now() }).catch((err: unknown) => {
    context.log.warn({ err, id: record.sandbox.id }, 'no snapshot could be made before a change of class')
  })
}

/** A task whose phase is work without further name. */
function asWork(onProgress: Progress): (progress: number) => void {
  return (progress) => onProgress('working', Math.min(1, Math.max(0, progress)))
}
