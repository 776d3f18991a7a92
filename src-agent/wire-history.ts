import type { DatabaseSync } from 'node:sqlite'
import type { UsageSample } from '#contract/observe'
import { createArchiveHandlers } from './archive/archive-handlers.ts'
import { createCompareHandlers } from './files/compare/compare-handlers.ts'
import type { Services } from './compose.ts'
import { createFileHandlers } from './files/file-handlers.ts'
import { createFileStreams, type FileStreams } from './files/file-streams.ts'
import type { TimeHandlers } from './server/time-handlers.ts'
import { createSnapshotService } from './snapshots/create-snapshot-service.ts'
import { openScheduleRecords } from './state/records/schedule-records.ts'
import { createScheduleService } from './snapshots/schedule-service.ts'
import type { SnapshotRecords } from './state/records/snapshot-records.ts'
import type { SnapshotService } from './snapshots/snapshot-service.ts'
import type { TimeGround } from './time-ground.ts'
import { createTrees } from './trees/create-trees.ts'

const tickMs = 30_000

/** What keeps and gives back: snapshots, files, comparisons, archives. */
export interface Time {
  readonly handlers: TimeHandlers
  readonly streams: FileStreams
  readonly snapshotRecords: SnapshotRecords
  /** Finishes or takes back what the last agent left half done. After the sandboxes were reconciled. */
  resume(): Promise<string[]>
  /** Begins to look at the schedules. */
  follow(usage: () => Promise<readonly UsageSample[]>): void
  /** Before a sandbox gets another class. */
  readonly keepBeforeChange: SnapshotService['keepBeforeChange']
  /** Before a person has a sandbox stopped. */
  beforeStop(ref: string, signal: AbortSignal): Promise<void>
  close(): Promise<void>
}

export function composeTime(services: Services, database: DatabaseSync): Time {
  const { context, sandboxes, tasks, settings } = services
  const { layers, snapshots: snapshotRecords } = context
  const trees = createTrees({
    context,
    layers,
    snapshotRecords,
    findSnapshot: (ref) => snapshots.find(ref),
  })
  const ground: TimeGround = { context, sandboxes, tasks, settings, layers, snapshotRecords, trees }
  const snapshots = createSnapshotService(ground)
  const schedule = createScheduleService({
    schedules: openScheduleRecords(database),
    snapshotRecords,
    snapshots,
    readUsage: () => snapshots.handlers.readSnapshotUsage({}, context.signal),
    findSandbox: (ref) => sandboxes.find(ref).sandbox,
    sandboxes: () => sandboxes.list(true),
    notice: (message) => context.events.commit([{ type: 'notice', reason: 'schedule', message }]),
    log: context.log,
    now: context.now,
    signal: context.signal,
  })
  let timer: NodeJS.Timeout | null = null
  let last: Promise<void> = Promise.resolve()
  let resumed: Promise<string[]> = Promise.resolve([])
  const archives = createArchiveHandlers(ground)
  return {
    handlers: {
      ...snapshots.handlers,
      ...schedule.handlers,
      ...createFileHandlers(ground),
      ...createCompareHandlers(ground),
      ...archives,
      // Its layers have no name until the end, and what the start sweeps away is what has none.
      importBundle: async (request, signal) => {
        await resumed
        return archives.importBundle(request, signal)
      },
    },
    streams: createFileStreams(ground),
    snapshotRecords,
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
