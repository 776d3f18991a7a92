import type { createArchiveHandlers } from '../archive/archive-handlers.ts'
import type { createCompareHandlers } from '../files/compare/compare-handlers.ts'
import type { createFileHandlers } from '../files/file-handlers.ts'
import type { ScheduleService } from '../snapshots/schedule-service.ts'
import type { SnapshotService } from '../snapshots/snapshot-service.ts'

/** Operations on snapshots, files, comparisons and archives. */
export type TimeHandlers = SnapshotService['handlers'] &
  ScheduleService['handlers'] &
  ReturnType<typeof createFileHandlers> &
  ReturnType<typeof createCompareHandlers> &
  ReturnType<typeof createArchiveHandlers>
