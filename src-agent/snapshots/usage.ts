import type { SnapshotUsage } from '#contract/snapshot'
import type { SandboxRecords } from '../state/records/sandbox-records.ts'
import type { SnapshotRecord, SnapshotStore } from '../state/records/snapshot-records.ts'
import type { LayerId, LayerStore } from '../storage/layers/layer-store.ts'
import { snapshotsOf } from './find-snapshot.ts'

interface Deps {
  readonly records: SandboxRecords
  readonly layers: LayerStore
  readonly snapshotRecords: SnapshotStore
}

/** What each snapshot costs, by who names its layers. */
export async function readSnapshotUsage(deps: Deps, sandbox: string | undefined): Promise<SnapshotUsage[]> {
  const wanted = snapshotsOf(deps, sandbox)
  const names = countNames(deps)
  const sizes = new Map<LayerId, number>()
  for (const id of new Set(wanted.flatMap(({ layers }) => layers))) {
    // One that was removed meanwhile costs nothing.
    sizes.set(id, await deps.layers.diskBytes(id).catch(() => 0))
  }
  const sum = (layers: readonly LayerId[]) => layers.reduce((total, id) => total + (sizes.get(id) ?? 0), 0)
  return wanted.map((record) => {
    const unique = record.layers.filter((id) => names.get(id) === 1)
    const own = sum(unique) + (record.snapshot.live?.bytes ?? 0)
    return {
      id: record.snapshot.id,
      uniqueBytes: own,
      sharedBytes: sum(record.layers) - sum(unique),
      freesBytes: own,
      dependents: dependentsOf(deps, record),
    }
  })
}

/** How many snapshots and sandboxes name each layer. A sandbox that is being removed counts until nothing of it is left. */
function countNames(deps: Pick<Deps, 'records' | 'snapshotRecords'>): Map<LayerId, number> {
  const names = new Map<LayerId, number>()
  for (const { layers } of [...deps.records.all(), ...deps.records.pendingRemovals(), ...deps.snapshotRecords.all()]) {
    for (const id of layers) names.set(id, (names.get(id) ?? 0) + 1)
  }
  return names
}

function dependentsOf(deps: Pick<Deps, 'records' | 'snapshotRecords'>, { snapshot: { id } }: SnapshotRecord): string[] {
  const snapshots = deps.snapshotRecords
    .all()
    .flatMap(({ snapshot }) => (snapshot.parentId === id ? [snapshot.name] : []))
  const sandboxes = deps.records.all().flatMap(({ sandbox }) => (sandbox.parentId === id ? [sandbox.name] : []))
  return [...snapshots, ...sandboxes]
}
