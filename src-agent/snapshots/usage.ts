import type { SnapshotUsage } from '#contract/snapshot'
import type { LayerId } from '../storage/layers/layer-store.ts'
import { snapshotsOf } from './find-snapshot.ts'
import type { SnapshotGround } from './snapshot-ground.ts'
import type { SnapshotRecord } from '../state/records/snapshot-records.ts'

/** What each snapshot costs, by who names its layers. */
export async function readUsage(ground: SnapshotGround, sandbox: string | undefined): Promise<SnapshotUsage[]> {
  const wanted = snapshotsOf(ground, sandbox)
  const names = countNames(ground)
  const sizes = new Map<LayerId, number>()
  for (const id of new Set(wanted.flatMap(({ layers }) => layers))) {
    // One that was removed meanwhile costs nothing.
    sizes.set(id, await ground.layers.diskBytes(id).catch(() => 0))
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
      dependents: dependentsOf(ground, record),
    }
  })
}

/** How many snapshots and sandboxes name each layer. A sandbox that is being removed counts until nothing of it is left. */
function countNames({ context, snapshotRecords }: SnapshotGround): Map<LayerId, number> {
  const names = new Map<LayerId, number>()
  for (const { layers } of [...context.records.all(), ...context.records.buried(), ...snapshotRecords.all()]) {
    for (const id of layers) names.set(id, (names.get(id) ?? 0) + 1)
  }
  return names
}

function dependentsOf({ context, snapshotRecords }: SnapshotGround, { snapshot: { id } }: SnapshotRecord): string[] {
  const snapshots = snapshotRecords.all().flatMap(({ snapshot }) => (snapshot.parentId === id ? [snapshot.name] : []))
  const sandboxes = context.records.all().flatMap(({ sandbox }) => (sandbox.parentId === id ? [sandbox.name] : []))
  return [...snapshots, ...sandboxes]
}
