import type { DatabaseSync } from 'node:sqlite'
import { UserNetwork } from '#contract/network'
import type { EventLog } from '../event-log.ts'
import type { Quarantine } from '../quarantine.ts'

/** All networks that somebody has made, in memory as on disk. Each change is an event. */
export interface NetworkRecords {
  /** By name. */
  all(): readonly UserNetwork[]
  get(name: string): UserNetwork | undefined
  put(network: UserNetwork): void
  remove(name: string): void
}

export function openNetworkRecords(database: DatabaseSync, events: EventLog, quarantine: Quarantine): NetworkRecords {
  const upsert = database.prepare(
    'INSERT INTO networks (name, record) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET record = excluded.record',
  )
  const drop = database.prepare('DELETE FROM networks WHERE name = ?')
  const records = new Map(quarantine.readAll('networks', UserNetwork))
  return {
    all: () => [...records.values()].sort(({ name: one }, { name: other }) => (one < other ? -1 : 1)),
    get: (name) => records.get(name),
    put: (network) =>
      events.commit(
        [{ type: 'network.changed', network }],
        () => void upsert.run(network.name, JSON.stringify(network)),
        () => void records.set(network.name, network),
      ),
    remove: (name) =>
      events.commit(
        [{ type: 'network.removed', name }],
        () => void drop.run(name),
        () => void records.delete(name),
      ),
  }
}
