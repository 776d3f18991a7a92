import type { DatabaseSync } from 'node:sqlite'
import * as z from 'zod'
import { Volume } from '#contract/volume'
import type { EventLog } from '../event-log.ts'
import type { Quarantine, UnreadableRecord } from '../quarantine.ts'

/** What the agent keeps of a volume beyond what it shows. */
export const VolumeRecord = z.strictObject({
  volume: Volume,
  /** Of its folder below the state: another one for each volume, also of those that have had the same name. */
  id: z.string().regex(/^[a-f0-9]{12}$/),
})
export type VolumeRecord = z.infer<typeof VolumeRecord>

/** All volumes, in memory as on disk. Each change is an event. */
export interface VolumeRecords {
  /** By name. */
  all(): readonly VolumeRecord[]
  get(name: string): VolumeRecord | undefined
  put(record: VolumeRecord): void
  remove(name: string): void
  /** Left out, because they cannot be read: what is theirs on disk is not a leftover. */
  unreadable(): readonly UnreadableRecord[]
}

export function openVolumeRecords(database: DatabaseSync, events: EventLog, quarantine: Quarantine): VolumeRecords {
  const upsert = database.prepare(
    'INSERT INTO volumes (name, record) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET record = excluded.record',
  )
  const drop = database.prepare('DELETE FROM volumes WHERE name = ?')
  const records = new Map(quarantine.readAll('volumes', VolumeRecord))
  return {
    all: () =>
      [...records.values()].sort(({ volume: { name: one } }, { volume: { name: other } }) => (one < other ? -1 : 1)),
    get: (name) => records.get(name),
    put: (record) => {
      const { volume } = record
      events.commit(
        [{ type: 'volume.changed', volume }],
        () => void upsert.run(volume.name, JSON.stringify(record)),
        () => void records.set(volume.name, record),
      )
    },
    remove: (name) =>
      events.commit(
        [{ type: 'volume.removed', name }],
        () => void drop.run(name),
        () => void records.delete(name),
      ),
    unreadable: () => quarantine.of('volumes'),
  }
}
