import type { AgentEvent } from '#contract/observe'
import type { Terminal } from '#contract/terminal'
import type { EventLog } from '../state/event-log.ts'
import type { NetworkRecords } from '../state/records/network-records.ts'
import type { SandboxRecords } from '../state/records/sandbox-records.ts'
import type { SnapshotRecords } from '../state/records/snapshot-records.ts'
import type { VolumeRecords } from '../state/records/volume-records.ts'
import type { SettingsStore } from '../state/settings-store.ts'
import type { Tasks } from '../state/tasks.ts'
import type { ImageStore } from '../storage/images/image-store.ts'

/** The whole state as of the newest event. Synchronous, so that no event can fall between its parts. */
export function readWholeState(sources: {
  readonly events: EventLog
  readonly records: SandboxRecords
  readonly images: ImageStore
  readonly tasks: Tasks
  readonly terminals: () => readonly Terminal[]
  readonly settings: SettingsStore
  readonly snapshots: SnapshotRecords
  readonly volumeRecords: VolumeRecords
  readonly networkRecords: NetworkRecords
  readonly now: () => Date
}): AgentEvent {
  return {
    type: 'state',
    seq: sources.events.seq,
    at: sources.now().toISOString(),
    sandboxes: sources.records.all().map(({ sandbox }) => sandbox),
    images: [...sources.images.list()],
    terminals: [...sources.terminals()],
    tasks: [...sources.tasks.list()],
    settings: sources.settings.read(),
    snapshots: sources.snapshots.all().map(({ snapshot }) => snapshot),
    volumes: sources.volumeRecords.all().map(({ volume }) => volume),
    networks: [...sources.networkRecords.all()],
  }
}
