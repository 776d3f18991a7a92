import type { DatabaseSync } from 'node:sqlite'
import * as z from 'zod'
import { Snapshot } from '#contract/snapshot'
import type { EventLog } from '../event-log.ts'
import type { Quarantine, UnreadableRecord } from '../quarantine.ts'
import { commitTogether, type RecordChange } from '../record-change.ts'

/**
 * How one that is being made comes into being, so that a later agent can finish it or take it back: take-steps.ts.
 * `adopt` moves the writable layer, so it is only ever finished; the others copy, so they are taken back.
 */
export const RecordedMaking = z.strictObject({
  how: z.enum(['adopt', 'copy', 'live', 'none']),
  /** The new layer; null where there is nothing to keep. */
  layer: z.string().nullable(),
  /** The sandbox ran, and was not paused by a person. */
  ran: z.boolean(),
})
export type RecordedMaking = z.infer<typeof RecordedMaking>

/** What the agent keeps of a snapshot beyond what it shows. */
export const SnapshotRecord = z.strictObject({
  snapshot: Snapshot,
  /** The topmost first; together with the image they are the disk of that moment. */
  layers: z.array(z.string().regex(/^[a-f0-9]{12}$/)),
  /** What must be the same where its memory is restored: LiveSaving.stateKey. Null without memory. */
  stateKey: z.string().nullable(),
  /** SHA-256 of each file of the saved memory, by name. Empty without. */
  stateSums: z.record(z.string(), z.string()).default({}),
  /** Absent once it is made. */
  making: RecordedMaking.optional(),
  /** The layer that this one has made; absent where it has none of its own. */
  ownLayer: z.string().nullable().optional(),
  /** Of its layers, those that the latest check has found to be other than what was written. Absent: none. */
  damagedLayers: z.array(z.string()).optional(),
  /** The topmost layer was a micro-VM's disk, and can be put back as one. Absent: no. */
  topIsDisk: z.boolean().optional(),
})
export type SnapshotRecord = z.infer<typeof SnapshotRecord>

/** All snapshots, in memory as on disk. Each change is an event. */
export interface SnapshotRecords {
  all(): readonly SnapshotRecord[]
  get(id: string): SnapshotRecord | undefined
  /** `also` is done in the same transaction: all of it is on disk afterwards, or nothing. */
  put(record: SnapshotRecord, also?: () => void): void
  remove(id: string, also?: () => void): void
  /** Left out, because they cannot be read: what is theirs on disk is not a leftover. */
  unreadable(): readonly UnreadableRecord[]
}

/** The same, for who changes other records in one transaction with them. */
export interface SnapshotStore extends SnapshotRecords {
  changeOf(record: SnapshotRecord): RecordChange
  removalOf(id: string): RecordChange
}

export function openSnapshotRecords(database: DatabaseSync, events: EventLog, quarantine: Quarantine): SnapshotStore {
  const upsert = database.prepare(
    'INSERT INTO snapshots (id, record) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET record = excluded.record',
  )
  const drop = database.prepare('DELETE FROM snapshots WHERE id = ?')
  const records = new Map(quarantine.readAll('snapshots', SnapshotRecord))
  const changeOf: SnapshotStore['changeOf'] = (record) => ({
    facts: [{ type: 'snapshot.changed', snapshot: record.snapshot }],
    write: () => void upsert.run(record.snapshot.id, JSON.stringify(record)),
    apply: () => void records.set(record.snapshot.id, record),
  })
  const removalOf: SnapshotStore['removalOf'] = (id) => ({
    facts: [{ type: 'snapshot.removed', id }],
    write: () => void drop.run(id),
    apply: () => void records.delete(id),
  })
  const alsoDo = (also: (() => void) | undefined): RecordChange[] =>
    also ? [{ facts: [], write: also, apply: () => undefined }] : []
  return {
    all: () => [...records.values()],
    get: (id) => records.get(id),
    put: (record, also) => commitTogether(events, [changeOf(record), ...alsoDo(also)]),
    remove: (id, also) => commitTogether(events, [removalOf(id), ...alsoDo(also)]),
    unreadable: () => quarantine.of('snapshots'),
    changeOf,
    removalOf,
  }
}
