import type { DatabaseSync } from 'node:sqlite'
import type { UsageSample } from '#contract/observe'
import type { Sentence } from '#contract/sentence'
import { createArchiveHandlers } from './archive/archive-handlers.ts'
import { defineHandlers } from './base/handlers.ts'
import { createCompareHandlers } from './files/compare/compare-handlers.ts'
import { createFileHandlers } from './files/file-handlers.ts'
import { createFileStreams, type FileStreams } from './files/file-streams.ts'
import { createSpecChange, type SpecChangeDeps } from './sandboxes/change/spec-change.ts'
import { createTrees } from './sandboxes/create-trees.ts'
import type { Trees } from './sandboxes/trees.ts'
import { createSnapshotService, type Snapshots } from './snapshots/create-snapshot-service.ts'
import { createScheduleService } from './snapshots/schedule-service.ts'
import type { SnapshotService } from './snapshots/snapshot-service.ts'
import { openScheduleRecords } from './state/records/schedule-records.ts'
import type { SnapshotRecords } from './state/records/snapshot-records.ts'
import type { Services } from './wire-services.ts'

const tickMs = 30_000

/** What keeps and gives back: snapshots, files, comparisons, archives. */
export interface History {
  readonly handlers: ReturnType<typeof createHistoryHandlers>
  readonly streams: FileStreams
  readonly snapshotRecords: SnapshotRecords
  /** Finishes or takes back what the last agent left half done. After the sandboxes were reconciled. */
  resume(): Promise<Sentence[]>
  /** Begins to look at the schedules. */
  follow(usage: () => Promise<readonly UsageSample[]>): void
  /** Before a sandbox gets another class. */
  readonly keepBeforeChange: SnapshotService['keepBeforeChange']
  /** Before a person has a sandbox stopped. */
  beforeStop(ref: string, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

export function wireHistory(services: Services, database: DatabaseSync): History {
  const trees = createTrees({ ...services, findSnapshot: (ref) => snapshots.find(ref) })
  const deps = { ...services, trees }
  const snapshots = createSnapshotService(deps)
  const schedule = wireSchedule(services, database, snapshots)
  let timer: NodeJS.Timeout | null = null
  let last: Promise<void> = Promise.resolve()
  let resumed: Promise<Sentence[]> = Promise.resolve([])
  return {
    handlers: createHistoryHandlers(deps, snapshots, schedule, async () => void (await resumed)),
    streams: createFileStreams(deps),
    snapshotRecords: services.snapshotRecords,
    resume() {
      resumed = snapshots.resume()
      return resumed
    },
    keepBeforeChange: snapshots.keepBeforeChange,
    follow(usage) {
      timer = setInterval(() => {
        last = usage().then(schedule.tick, () => undefined)
      }, tickMs)
      timer.unref()
    },
    beforeStop: schedule.beforeStop,
    async close() {
      if (timer) clearInterval(timer)
      await last
      await snapshots.close()
    },
  }
}

function wireSchedule(services: Services, database: DatabaseSync, snapshots: Snapshots) {
  const { sandboxes, events, log, now, signal, snapshotRecords } = services
  return createScheduleService({
    schedules: openScheduleRecords(database, services.quarantine),
    snapshotRecords,
    snapshots,
    readSnapshotUsage: () => snapshots.handlers.readSnapshotUsage({}, signal),
    findSandbox: (ref) => sandboxes.find(ref).sandbox,
    sandboxes: () => sandboxes.list(true),
    notice: (fact) => events.commit([fact]),
    log,
    now,
    signal,
  })
}

/** Changes of what a sandbox is, which keep it as a snapshot first. */
function wireChanges(services: Services, snapshots: Snapshots) {
  const { endings, hosts } = services.sandboxes
  const keep: SpecChangeDeps['keep'] = (record, signal) => snapshots.keepAtRest(record, 'before-change', signal)
  const changes = createSpecChange({ ...services, endings, hosts, keep })
  return defineHandlers({
    planChange: (request) => changes.plan(request),
    changeSandbox: (request, signal) => changes.change(request, signal),
  })
}

function createHistoryHandlers(
  deps: Services & { readonly trees: Trees },
  snapshots: Snapshots,
  schedule: ReturnType<typeof createScheduleService>,
  resumed: () => Promise<void>,
) {
  const archives = createArchiveHandlers(deps)
  return defineHandlers({
    ...snapshots.handlers,
    ...schedule.handlers,
    ...createFileHandlers(deps),
    ...createCompareHandlers(deps),
    ...wireChanges(deps, snapshots),
    ...archives,
    // Its layers have no name until the end, and what the start sweeps away is what has none.
    importBundle: async (request, signal) => {
      await resumed()
      return archives.importBundle(request, signal)
    },
  })
}
