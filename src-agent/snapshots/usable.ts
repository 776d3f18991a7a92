import { liveSaving } from '../engines/driver.ts'
import type { SnapshotGround } from './snapshot-ground.ts'
import type { SnapshotRecord } from '../state/records/snapshot-records.ts'

/** Whether the memory of snapshots can be restored depends on the engines of this agent. */
export function markUsable({ context, snapshotRecords }: SnapshotGround): void {
  for (const record of snapshotRecords.all()) {
    const { live } = record.snapshot
    if (live === null) continue
    const unusable = whyUnusable({ context }, record)
    if (unusable === live.unusable) continue
    snapshotRecords.put({ ...record, snapshot: { ...record.snapshot, live: { ...live, unusable } } })
  }
}

/** Why its memory cannot be restored here and now; null where it can. */
export function whyUnusable(
  { context }: Pick<SnapshotGround, 'context'>,
  { snapshot, stateKey }: Pick<SnapshotRecord, 'snapshot' | 'stateKey'>,
): string | null {
  const driver = context.drivers.get(snapshot.class)
  if (!driver) return `This machine does not offer the class "${snapshot.class}" now.`
  const saving = liveSaving(driver)
  if (!saving) return `The engine of the class "${snapshot.class}" on this machine cannot restore memory.`
  if (saving.stateKey === stateKey) return null
  return 'Its memory was saved by another version of the engine, or on another processor. Its disk can be restored.'
}
