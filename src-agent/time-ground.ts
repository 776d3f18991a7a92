import type { LayerStore } from './layers/layer-store.ts'
import type { SandboxContext } from './sandboxes/context.ts'
import type { SandboxService } from './sandboxes/sandbox-service.ts'
import type { SettingsStore } from './settings/settings-store.ts'
import type { SnapshotRecords } from './snapshots/snapshot-records.ts'
import type { Tasks } from './tasks/tasks.ts'
import type { Trees } from './trees/trees.ts'

/** What snapshots, files, comparisons and archives share. */
export interface TimeGround {
  readonly context: SandboxContext
  readonly sandboxes: SandboxService
  readonly tasks: Tasks
  readonly settings: SettingsStore
  readonly layers: LayerStore
  readonly snapshotRecords: SnapshotRecords
  readonly trees: Trees
}
