import type { LayerStore } from './storage/layers/layer-store.ts'
import type { SandboxContext } from './sandboxes/context.ts'
import type { SandboxService } from './sandboxes/sandbox-service.ts'
import type { SettingsStore } from './state/settings-store.ts'
import type { SnapshotRecords } from './state/records/snapshot-records.ts'
import type { Tasks } from './state/tasks.ts'
import type { Trees } from './sandboxes/trees.ts'

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
