import { join } from 'node:path'
import type { TimeGround } from '../time-ground.ts'
import type { Sealing } from './sealing.ts'
import type { SnapshotStore } from '../state/records/snapshot-records.ts'

/** What the parts of the snapshots share. */
export interface SnapshotGround extends TimeGround {
  readonly snapshotRecords: SnapshotStore
  readonly sealing: Sealing
  /** For tests: called between any two steps. */
  step(name: string): Promise<void>
  /** Resolves when what an agent before this one has left is cleared up: no layer is made before. */
  ready(): Promise<void>
  /** Saved memories that were found whole, by id of their snapshot: what their files looked like then. */
  readonly wholeStates: Map<string, string>
  /** Ends with the service, before the agent does. */
  readonly leaving: AbortSignal
}

/** Where the memory of a live snapshot is kept. */
export function stateFolder({ context }: Pick<TimeGround, 'context'>, id: string): string {
  return join(context.folder.home, 'snapshots', id, 'state')
}
