import type { DatabaseSync } from 'node:sqlite'
import * as z from 'zod'
import { SelfTestReport } from '#contract/selftest'
import type { Quarantine } from '../quarantine.ts'

/** The latest report of a sandbox, and what is needed to know when the next is due. */
export const SelfTestRecord = z.strictObject({
  report: SelfTestReport,
  /** Of all that decides what a sandbox can do: {@link fingerprintOf}. */
  fingerprint: z.string(),
  /** The run that was tested. */
  startedAt: z.string().nullable(),
  /** Processes of this run that the kernel killed because the test ran into the limit of memory. */
  oomKills: z.int().nonnegative(),
})
export type SelfTestRecord = z.infer<typeof SelfTestRecord>

export interface SelfTestRecords {
  get(id: string): SelfTestRecord | null
  put(record: SelfTestRecord): void
  /** The sandbox is gone. */
  forget(id: string): void
}

/** How many of the kernel's kills for want of memory in this run were the self-test's own doing. */
export function killsCaused(records: SelfTestRecords, id: string, startedAt: string | null): number {
  const record = records.get(id)
  return record && record.startedAt === startedAt ? record.oomKills : 0
}

export function openSelfTestRecords(database: DatabaseSync, quarantine: Quarantine): SelfTestRecords {
  // Before anybody reads them one by one: without a report, the next test writes a new one.
  quarantine.readAll('selftests', SelfTestRecord)
  const select = database.prepare('SELECT record FROM selftests WHERE id = ?')
  const upsert = database.prepare(
    'INSERT INTO selftests (id, record) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET record = excluded.record',
  )
  const remove = database.prepare('DELETE FROM selftests WHERE id = ?')
  return {
    get(id) {
      const row = select.get(id)
      return row === undefined ? null : SelfTestRecord.parse(JSON.parse(String(row['record'])))
    },
    put: (record) => void upsert.run(record.report.id, JSON.stringify(record)),
    forget: (id) => void remove.run(id),
  }
}
