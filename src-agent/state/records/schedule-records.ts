import type { DatabaseSync } from 'node:sqlite'
import * as z from 'zod'
import { Schedule } from '#contract/snapshot'
import type { Quarantine } from '../quarantine.ts'

export const ScheduleRecord = z.strictObject({
  schedule: Schedule,
  /** When the clock's rule last made one, or was set. */
  lastAt: z.iso.datetime(),
})
export type ScheduleRecord = z.infer<typeof ScheduleRecord>

/** Schedules by the id of their sandbox. They outlive it as long as its snapshots are to be thinned out. */
export interface ScheduleRecords {
  all(): ReadonlyMap<string, ScheduleRecord>
  get(id: string): ScheduleRecord | undefined
  put(id: string, record: ScheduleRecord): void
  remove(id: string): void
}

export function openScheduleRecords(database: DatabaseSync, quarantine: Quarantine): ScheduleRecords {
  const upsert = database.prepare(
    'INSERT INTO schedules (id, record) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET record = excluded.record',
  )
  const drop = database.prepare('DELETE FROM schedules WHERE id = ?')
  const records = new Map(quarantine.readAll('schedules', ScheduleRecord))
  return {
    all: () => records,
    get: (id) => records.get(id),
    put(id, record) {
      upsert.run(id, JSON.stringify(record))
      records.set(id, record)
    },
    remove(id) {
      drop.run(id)
      records.delete(id)
    },
  }
}
