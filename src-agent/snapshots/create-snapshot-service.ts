import type { Snapshot } from '#contract/snapshot'
import type { Handlers } from '../base/handlers.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import type { Tasks } from '../state/tasks.ts'
import { findSnapshot } from './find-snapshot.ts'
import { createFlattening } from './flatten.ts'
import type { ForkDeps } from './fork.ts'
import { removeSnapshot } from './remove-snapshot.ts'
import { resumeWork } from './resume-work.ts'
import { createSealing } from './sealing.ts'
import { createSnapshotHandlers } from './snapshot-handlers.ts'
import type { SnapshotService } from './snapshot-service.ts'
import { isMovable, type TakeStepsDeps, takeSnapshotOf } from './take-steps.ts'
import type { SnapshotWish, TakeWork } from './take-work.ts'
import { markUsable } from './usable.ts'

/** What the service makes itself, for its own parts. */
type OwnParts = 'sealing' | 'step' | 'ready' | 'wholeStates'

interface Deps extends Omit<ForkDeps, OwnParts> {
  readonly tasks: Tasks
}

/** Snapshots of sandboxes, and the operations on them. */
export type Snapshots = ReturnType<typeof createSnapshotService>

/** For tests: called between any two steps of work that an agent's death may interrupt. */
export type Step = (name: string) => void | Promise<void>

/** `step` is for tests. */
export function createSnapshotService(deps: Deps, step?: Step) {
  const closing = new AbortController()
  const { snapshotRecords, background, lock, sandboxes } = deps
  const sealing = createSealing({ ...deps, leaving: closing.signal })
  let cleared: Promise<unknown> = Promise.resolve()
  const parts = {
    ...deps,
    sealing,
    step: async (name: string) => step?.(name),
    ready: async () => void (await cleared),
    wholeStates: new Map<string, string>(),
    leaving: closing.signal,
  }
  const flattening = createFlattening(parts)
  const find = (ref: string) => findSnapshot(deps, ref)
  const takeAt = (ref: string, wish: SnapshotWish, work: TakeWork): Promise<Snapshot> => {
    const { id } = sandboxes.find(ref).sandbox
    return lock.run(id, async () => {
      const snapshot = await takeSnapshotOf(parts, sandboxes.find(id), wish, work)
      flattening.later()
      return snapshot
    })
  }

  return {
    find,
    handlers: createSnapshotHandlers({ ...parts, find, takeAt }),
    take: ({ ref, ...wish }, signal) => takeAt(ref, wish, { began: performance.now(), signal }),
    keepBeforeChange: (record, signal) => keepBeforeChange(parts, record, signal),
    async keepAtRest(record, reason, signal) {
      return (await takeSnapshotOf(parts, record, { reason, live: false }, { signal, began: performance.now() })).id
    },
    remove: (id) => removeSnapshot(parts, id),
    async resume() {
      const work = resumeWork(parts)
      cleared = work.catch(() => undefined)
      const messages = await work
      markUsable(deps)
      for (const { snapshot } of snapshotRecords.all()) if (!snapshot.sealed) sealing.later(snapshot.id)
      flattening.later()
      return messages
    },
    async close() {
      closing.abort()
      await background.settled()
    },
  } satisfies SnapshotService & { handlers: Partial<Handlers> }
}

async function keepBeforeChange(deps: TakeStepsDeps, record: SandboxRecord, signal: AbortSignal): Promise<void> {
  // A disk would have to be copied, and what was never written to has nothing to keep.
  if (!isMovable(deps, record)) return
  const wish = { reason: 'before-class-change' as const, live: false }
  await takeSnapshotOf(deps, record, wish, { signal, began: performance.now() }).catch((err: unknown) => {
    deps.log.warn({ err, id: record.sandbox.id }, 'no snapshot could be made before a change of class')
  })
}
