import { type Sentence, sentence } from '#contract/sentence'
import { type Drivers, liveSaving } from '../engines/driver.ts'
import type { SnapshotRecord, SnapshotStore } from '../state/records/snapshot-records.ts'

interface Deps {
  readonly snapshotRecords: SnapshotStore
  readonly drivers: Drivers
}

/** Whether the memory of snapshots can be restored depends on the engines of this agent. */
export function markUsable(deps: Deps): void {
  for (const record of deps.snapshotRecords.all()) {
    const { live } = record.snapshot
    if (live === null) continue
    const unusable = whyUnusable(deps, record)?.message ?? null
    if (unusable === live.unusable) continue
    deps.snapshotRecords.put({ ...record, snapshot: { ...record.snapshot, live: { ...live, unusable } } })
  }
}

/** Why its memory cannot be restored here and now; null where it can. */
export function whyUnusable(
  deps: Pick<Deps, 'drivers'>,
  { snapshot, stateKey }: Pick<SnapshotRecord, 'snapshot' | 'stateKey'>,
): Sentence | null {
  const driver = deps.drivers.get(snapshot.class)
  if (!driver) return sentence('memory-class-not-offered', { class: snapshot.class })
  const saving = liveSaving(driver)
  if (!saving) return sentence('memory-not-in-engine', { class: snapshot.class })
  if (saving.stateKey === stateKey) return null
  return sentence('memory-of-another-engine')
}
