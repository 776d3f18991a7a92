import type { DatabaseSync } from 'node:sqlite'
import * as z from 'zod'
import { HealthLog, noHealthLog } from '#contract/health'
import type { Fact } from '#contract/observe'
import { IsolationClass, Sandbox } from '#contract/sandbox'
import { TerminalSize } from '#contract/terminal-size'
import { Wording } from '#contract/wire-texts'
import type { EventLog } from '../event-log.ts'
import type { Quarantine, UnreadableRecord } from '../quarantine.ts'
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
  whyWording: Wording.optional(),
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
  lease: z
    .strictObject({
      netnsPath: z.string(),
      address: z.string(),
      interface: z.string(),
      users: z.strictObject({ path: z.string(), first: z.int().positive() }).nullable().default(null),
    })
    .nullable(),
  /** The first of this machine's ids that the latest run has as its own; null: it has this machine's. */
  firstId: z.int().positive().nullable().default(null),
  /** What the latest run calls itself, whatever its name is by now. */
  hostname: z.string().nullable().default(null),
  /** Of who made it; null: nobody said. */
  terminalSize: TerminalSize.nullable().default(null),
  /** A stop or kill was requested in this run, so its end is no surprise. */
  stopAsked: z.boolean(),
  /** Its latest run ended because somebody wanted it to, so its policy leaves it as it is. */
  endWanted: z.boolean().default(false),
  /** It is between the stop and the start of one request: an agent that dies then is followed by one that starts it. */
  startsAgain: z.boolean().default(false),
  healthLog: HealthLog.default(noHealthLog),
  change: RecordedChange.nullable().default(null),
  /** Ids of the read-only layers between its image and its writable one, the topmost first: layers/layer-store.ts. */
  layers: z.array(z.string().regex(/^[a-f0-9]{12}$/)).default([]),
  /** What lies in the place of its writable layer is of a time before a restore, and is to go before anything uses it. */
  staleDisk: z.boolean().default(false),
  restore: RecordedRestore.nullable().default(null),
  /** Nobody has chosen its limit of memory, so a change of class gives it that of new sandboxes of the class. */
  memoryFromSettings: z.boolean().default(false),
  /** The volumes that were made for it go with it. */
  volumesToo: z.boolean().default(false),
})
export type SandboxRecord = z.infer<typeof SandboxRecord>

/** A copy of the record with other values in what people see. In another state nobody asks why it was paused. */
export function withSandbox(record: SandboxRecord, change: Partial<SandboxRecord['sandbox']>): SandboxRecord {
  const goesOn = change.state !== undefined && change.state !== 'paused'
  return { ...record, sandbox: { ...record.sandbox, ...(goesOn && { pausedFor: null }), ...change } }
}

/** All sandboxes, in memory as on disk. Every change goes through here, and each is an event. */
export interface SandboxRecords {
  all(): readonly SandboxRecord[]
  get(id: string): SandboxRecord | undefined
  findByName(name: string): SandboxRecord | undefined
  /** The one with this name, in upper or lower case. */
  findAnyCase(name: string): SandboxRecord | undefined
  /** `facts` are announced in the same transaction. */
  put(record: SandboxRecord, facts?: readonly Fact[]): void
  /** The same, for one transaction with other records. */
  changeOf(record: SandboxRecord, facts?: readonly Fact[]): RecordChange
  /** The sandbox is gone for everybody, and its name is free; what it leaves on the host is still to be removed. */
  markRemoved(record: SandboxRecord): void
  /** Removed, but not known to be cleaned up: after a crash, the work that is left. */
  pendingRemovals(): readonly SandboxRecord[]
  /** Nothing of it is left. */
  forget(id: string): void
  /** Left out, because they cannot be read: what is theirs on disk is not a leftover. */
  unreadable(): readonly UnreadableRecord[]
}

export function openSandboxRecords(database: DatabaseSync, events: EventLog, quarantine: Quarantine): SandboxRecords {
  const upsert = database.prepare(
    'INSERT INTO sandboxes (id, name, record) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET name = excluded.name, record = excluded.record',
  )
  const remove = database.prepare('DELETE FROM sandboxes WHERE id = ?')
  const insertRemoval = database.prepare('INSERT OR REPLACE INTO removals (id, record) VALUES (?, ?)')
  const selectRemovals = database.prepare('SELECT record FROM removals')
  const deleteRemoval = database.prepare('DELETE FROM removals WHERE id = ?')
  const parse = (row: Record<string, unknown>) => SandboxRecord.parse(JSON.parse(String(row['record'])))
  const records = new Map(quarantine.readAll('sandboxes', SandboxRecord))
  quarantine.readAll('removals', SandboxRecord)

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
    findAnyCase: (name) =>
      [...records.values()].find(({ sandbox }) => sandbox.name.toLowerCase() === name.toLowerCase()),
    put: (record, facts) => commitTogether(events, [changeOf(record, facts)]),
    changeOf,
    markRemoved(record) {
      const { id, name } = record.sandbox
      events.commit(
        [{ type: 'sandbox.removed', id, name }],
        () => {
          insertRemoval.run(id, JSON.stringify(record))
          remove.run(id)
        },
        () => records.delete(id),
      )
    },
    pendingRemovals: () => selectRemovals.all().map(parse),
    unreadable: () => quarantine.of('sandboxes', 'removals'),
    forget: (id) => void deleteRemoval.run(id),
  }
}

function isSame(before: Sandbox | undefined, now: Sandbox): boolean {
  return before !== undefined && JSON.stringify(before) === JSON.stringify(now)
}
