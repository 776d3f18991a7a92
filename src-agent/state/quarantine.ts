import type { DatabaseSync } from 'node:sqlite'
import * as z from 'zod'
import type { Finding } from '#contract/agent'
import { appError } from '#contract/app-error'
import { finding } from '#contract/finding'
import { notice } from '#contract/notice'
import type { NoticeFact } from '#contract/observe'
import { RecordTable, type UnreadableEntry } from '#contract/records'
import { commandRemedy } from '#contract/remedy'
import { sentence } from '#contract/sentence'
import { inTransaction } from './database.ts'

/** Tables of records, with the column that they are looked up by. */
const keys: Readonly<Record<RecordTable, string>> = {
  sandboxes: 'id',
  removals: 'id',
  snapshots: 'id',
  images: 'digest',
  schedules: 'id',
  selftests: 'id',
  volumes: 'name',
  functions: 'name',
  networks: 'name',
}

/** Their files are lost sight of with the record; the others are only settings and results. */
const withFiles: ReadonlySet<RecordTable> = new Set(['sandboxes', 'removals', 'snapshots', 'images', 'volumes'])

/** A record that could not be read, as it stands. */
export interface UnreadableRecord {
  readonly table: RecordTable
  readonly id: string
  readonly text: string
  /** What the reader said. */
  readonly why: string
  readonly at: string
}

/**
 * Where records go that cannot be read: written by a version that had a fault, or damaged. One of them must not keep the
 * agent from all the others. What belongs to such a record on disk is left where it is.
 */
export interface Quarantine {
  /**
   * Reads all records of a table, by key. Those that cannot be read are moved here, and reported. Those that are here are
   * tried first, and go back where they can be read by now, as after an update.
   */
  readAll<S extends z.ZodType>(table: RecordTable, schema: S): ReadonlyMap<string, z.output<S>>
  of(...tables: readonly RecordTable[]): readonly UnreadableRecord[]
  /** Forgets one for good, and gives what it was. What is its on disk is a leftover from then on. */
  drop(table: RecordTable, id: string): UnreadableRecord
}

interface Deps {
  readonly database: DatabaseSync
  readonly now: () => Date
  /** Called for each record when it is moved here, with what people should know. */
  readonly onMoved: (record: UnreadableRecord, fact: NoticeFact) => void
  /** Called for each that could be read again, and is no longer here. */
  readonly onBack: (record: UnreadableRecord) => void
}

export function openQuarantine({ database, now, onMoved, onBack }: Deps): Quarantine {
  const insert = database.prepare(
    'INSERT OR REPLACE INTO quarantine (source, id, record, why, at) VALUES (?, ?, ?, ?, ?)',
  )
  const kept = database.prepare('SELECT source, id, record, why, at FROM quarantine ORDER BY at, source, id')

  const move = (record: UnreadableRecord) => {
    const { table, id, text, why, at } = record
    inTransaction(database, () => {
      insert.run(table, id, text, why, at)
      database.prepare(`DELETE FROM ${table} WHERE ${keys[table]} = ?`).run(id)
    })
    onMoved(record, announce(record))
  }

  const remove = database.prepare('DELETE FROM quarantine WHERE source = ? AND id = ?')
  const of: Quarantine['of'] = (...tables) =>
    kept
      .all()
      .map(toRecord)
      .filter(({ table }) => tables.includes(table))

  const putBack = (record: UnreadableRecord) => {
    const isBack = inTransaction(database, () => {
      if (insertRecord(database, record) === 0) return false
      remove.run(record.table, record.id)
      return true
    })
    if (isBack) onBack(record)
  }

  return {
    of,
    readAll(table, schema) {
      for (const record of of(table)) if (tryRead(schema, record.text).ok) putBack(record)
      const rows = database.prepare(`SELECT ${keys[table]} AS id, record FROM ${table}`).all()
      const found = new Map<string, z.output<typeof schema>>()
      for (const row of rows) {
        const [id, text] = [String(row['id']), String(row['record'])]
        const read = tryRead(schema, text)
        if (read.ok) found.set(id, read.value)
        else move({ table, id, text, why: read.why, at: now().toISOString() })
      }
      return found
    },
    drop(table, id) {
      const record = of(table).find((each) => each.id === id)
      if (!record) throw appError('record-not-set-aside', { record: `${table} ${id}` })
      remove.run(table, id)
      return record
    },
  }
}

/** Into its own table, as it was; gives the number of rows. None where its place or its name has been taken meanwhile. */
function insertRecord(database: DatabaseSync, { table, id, text }: UnreadableRecord): number {
  const key = keys[table]
  // The one table that looks records up by a second column.
  const isNamed = table === 'sandboxes'
  const columns = isNamed ? `${key}, record, name` : `${key}, record`
  const values = isNamed ? "?, ?, json_extract(?2, '$.sandbox.name')" : '?, ?'
  return Number(
    database.prepare(`INSERT OR IGNORE INTO ${table} (${columns}) VALUES (${values})`).run(id, text).changes,
  )
}

/** All that is set aside, for people. */
export function listUnreadable(quarantine: Quarantine): UnreadableEntry[] {
  return quarantine.of(...RecordTable.options).map(toEntry)
}

export function toEntry(record: UnreadableRecord): UnreadableEntry {
  const { table, id, why, at } = record
  return { table, id, name: findName(record) ?? null, why, at }
}

/** Everything of twelve hexadecimal digits that the text of a record names: sandboxes, snapshots and layers. */
export function idsIn({ text }: UnreadableRecord): readonly string[] {
  return text.match(/(?<![a-f0-9])[a-f0-9]{12}(?![a-f0-9])/g) ?? []
}

/** What `joey doctor` says about records that cannot be read; nothing where there are none. */
export function examineQuarantine(quarantine: Quarantine): Finding[] {
  const records = quarantine.of(...RecordTable.options)
  if (records.length === 0) return []
  const details = records.map((record) => {
    const words = record.why.replaceAll(/\s*\n\s*/g, ', ')
    return sentence('record-unreadable-since', { ...identify(record), at: record.at, words })
  })
  return [
    finding({
      id: 'records',
      level: records.some(({ table }) => withFiles.has(table)) ? 'problem' : 'warning',
      title: sentence('records-unreadable', { count: records.length }),
      detail: sentence('finding-details', { details }),
      remedy: commandRemedy('joey records ls', sentence('remedy-lists-records')),
    }),
  ]
}

function announce(record: UnreadableRecord): NoticeFact {
  return notice('record-unreadable', identify(record))
}

/** Which record it is, as sentences name it. */
function identify(record: UnreadableRecord): Pick<UnreadableRecord, 'table' | 'id'> & { readonly name?: string } {
  const { table, id } = record
  const name = findName(record)
  return { table, id, ...(name !== undefined && { name }) }
}

/** The name, where the text still shows one. */
function findName({ text }: UnreadableRecord): string | undefined {
  return /"name":"([A-Za-z0-9][A-Za-z0-9._-]{0,62})"/.exec(text)?.[1]
}

type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string }

function tryRead<S extends z.ZodType>(schema: S, text: string): Read<z.output<S>> {
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch (error) {
    return { ok: false, why: String(error) }
  }
  const parsed = schema.safeParse(raw)
  return parsed.success ? { ok: true, value: parsed.data } : { ok: false, why: z.prettifyError(parsed.error) }
}

function toRecord(row: Record<string, unknown>): UnreadableRecord {
  const text = (column: string): string => String(row[column])
  return {
    table: text('source') as RecordTable,
    id: text('id'),
    text: text('record'),
    why: text('why'),
    at: text('at'),
  }
}
