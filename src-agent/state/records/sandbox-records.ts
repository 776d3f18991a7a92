import type { DatabaseSync } from 'node:sqlite'
import * as z from 'zod'
import type { Fact } from '#contract/observe'
import { IsolationClass, Sandbox } from '#contract/sandbox'
import type { EventLog } from '../event-log.ts'
import { commitTogether, type RecordChange } from '../record-change.ts'

/**
 * A change of class under way, so that a later agent can finish it or take it back: classes/change-steps.ts.
 * `stopping` and `converting`: the old class and the old disk hold. `starting`, `proving` and `clearing`: the new ones do, and
 * the old disk is still there. `reverting`: the old ones hold again, what is there of the new disk is to go.
 */
export const RecordedChange = z.strictObject({
  from: IsolationClass,
  to: IsolationClass,
  phase: z.enum(['stopping', 'converting', 'starting', 'proving', 'clearing', 'reverting']),
  /** It is to run again afterwards. */
  wasRunning: z.boolean(),
  /** Why it falls back; null before that. */
  why: z.string().nullable(),
})
export type RecordedChange = z.infer<typeof RecordedChange>

/**
 * A restore in place under way, so that a later agent can finish it or take it back: snapshots/restore-steps.ts. Until
 * `switched` the sandbox is what it was; from then on it is what the snapshot was.
 */
export const RecordedRestore = z.strictObject({
  snapshotId: z.string(),
  live: z.boolean(),
  wasRunning: z.boolean(),
  switched: z.boolean(),
})
export type RecordedRestore = z.infer<typeof RecordedRestore>

/** What the agent keeps of a sandbox beyond what it shows: enough to adopt it after its own death. */
export const SandboxRecord = z.strictObject({
  sandbox: Sandbox,
  monitorPid: z.int().positive().nullable(),
  /** Where in the log the latest run begins. */
  logStart: z.string().nullable(),
  lease: z.strictObject({ netnsPath: z.string(), address: z.string(), interface: z.string() }).nullable(),
  /** What the latest run calls itself, whatever its name is by now. */
  hostname: z.string().nullable().default(null),
  /** A stop or kill was asked for in this run, so its end is no surprise. */
  stopAsked: z.boolean(),
  change: RecordedChange.nullable().default(null),
  /** Ids of the read-only layers between its image and its writable one, the topmost first: layers/layer-store.ts. */
  layers: z.array(z.string().regex(/^[a-f0-9]{12}$/)).default([]),
  /** What lies in the place of its writable layer is of a time before a restore, and is to go before anything uses it. */
  staleDisk: z.boolean().default(false),
  restore: RecordedRestore.nullable().default(null),
})
export type SandboxRecord = z.infer<typeof SandboxRecord>

/** All sandboxes, in memory as on disk. Every change goes through here, and each is an event. */
export interface SandboxRecords {
  all(): readonly SandboxRecord[]
  get(id: string): SandboxRecord | undefined
  findByName(name: string): SandboxRecord | undefined
  /** `facts` are told in the same transaction. */
  put(record: SandboxRecord, facts?: readonly Fact[]): void
  /** The same, for one transaction with other records. */
  changeOf(record: SandboxRecord, facts?: readonly Fact[]): RecordChange
  /** The sandbox is gone for everybody, and its name is free; what it leaves on the host is still to be removed. */
  bury(record: SandboxRecord): void
  /** Buried, but not known to be cleaned up: after a crash, the work that is left. */
  buried(): readonly SandboxRecord[]
  /** Nothing of it is left. */
  forget(id: string): void
}

export function openSandboxRecords(database: DatabaseSync, events: EventLog): SandboxRecords {
  const upsert = database.prepare(
    'INSERT INTO sandboxes (id, name, record) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name, record = excluded.record',
  )
  const remove = database.prepare('DELETE FROM sandboxes WHERE id = ?')
  const entomb = database.prepare('INSERT OR REPLACE INTO removals (id, record) VALUES (?, ?)')
  const graves = database.prepare('SELECT record FROM removals')
  const release = database.prepare('DELETE FROM removals WHERE id = ?')
  const parse = (row: Record<string, unknown>) => SandboxRecord.parse(JSON.parse(String(row['record'])))
  const all = database.prepare('SELECT record FROM sandboxes').all().map(parse)
  const records = new Map(all.map((record) => [record.sandbox.id, record]))

  const changeOf: SandboxRecords['changeOf'] = (record, more = []) => {
    const { sandbox } = record
    const before = records.get(sandbox.id)
    const facts = isSame(before?.sandbox, sandbox) ? [] : [{ type: 'sandbox.changed' as const, sandbox }]
    return {
      facts: [...facts, ...more],
      write: () => void upsert.run(sandbox.id, sandbox.name, JSON.stringify(record)),
      apply: () => void records.set(sandbox.id, record),
    }
  }

  return {
    all: () => [...records.values()],
    get: (id) => records.get(id),
    findByName: (name) => [...records.values()].find(({ sandbox }) => sandbox.name === name),
    put: (record, facts) => commitTogether(events, [changeOf(record, facts)]),
    changeOf,
    bury(record) {
      const { id, name } = record.sandbox
      events.commit(
        [{ type: 'sandbox.removed', id, name }],
        () => {
          entomb.run(id, JSON.stringify(record))
          remove.run(id)
        },
        () => records.delete(id),
      )
    },
    buried: () => graves.all().map(parse),
    forget: (id) => void release.run(id),
  }
}

function isSame(before: Sandbox | undefined, now: Sandbox): boolean {
  return before !== undefined && JSON.stringify(before) === JSON.stringify(now)
}
