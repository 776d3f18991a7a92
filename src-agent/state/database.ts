import { existsSync, statSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { appError } from '#contract/app-error'
import { makePrivateFile } from './private-file.ts'

/**
 * Each entry brings the database from the version of its place to the next; entries are never changed once released.
 * Records are JSON documents that pass a schema when read: what is looked up by has a column of its own.
 */
const migrations: readonly string[] = [
  `CREATE TABLE sandboxes (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, record TEXT NOT NULL) STRICT;
   CREATE TABLE removals (id TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;
   CREATE TABLE images (digest TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;
   CREATE TABLE events (seq INTEGER PRIMARY KEY, event TEXT NOT NULL) STRICT;`,
  'CREATE TABLE settings (id INTEGER PRIMARY KEY CHECK (id = 1), value TEXT NOT NULL) STRICT;',
  'CREATE TABLE selftests (id TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;',
  'CREATE TABLE snapshots (id TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT; CREATE TABLE schedules (id TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;',
  `CREATE TABLE quarantine (source TEXT NOT NULL, id TEXT NOT NULL, record TEXT NOT NULL, why TEXT NOT NULL, at TEXT NOT NULL,
   PRIMARY KEY (source, id)) STRICT;`,
  'CREATE TABLE volumes (name TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;',
  `CREATE TABLE functions (name TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;
   CREATE TABLE function_instances (name TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;
   CREATE TABLE gateway (id INTEGER PRIMARY KEY CHECK (id = 1), port INTEGER NOT NULL) STRICT;
   CREATE TABLE invocations (seq INTEGER PRIMARY KEY, function TEXT NOT NULL, record TEXT NOT NULL) STRICT;
   CREATE INDEX invocations_of ON invocations (function, seq);`,
  'CREATE TABLE networks (name TEXT PRIMARY KEY, record TEXT NOT NULL) STRICT;',
]

/** SQLite's own name for a database that is in memory only. */
const withoutFile = ':memory:'

/** Opens the records: WAL, and every commit on disk before it is answered. `onNew` is called before any are made, and may refuse it. */
export function openDatabase(file: string, onNew?: () => void): DatabaseSync {
  if (file !== withoutFile) {
    // Before it is touched: what is in the log of a file that is gone would be lost.
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) === 0) onNew?.()
    makePrivateFile(file)
    // Left by an agent that was killed; an older version of Joey let everybody read them.
    for (const beside of ['-wal', '-shm']) if (existsSync(file + beside)) makePrivateFile(file + beside)
  }
  const database = new DatabaseSync(file, { timeout: 5000 })
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON')
  migrate(database, onNew)
  return database
}

function migrate(database: DatabaseSync, onNew: () => void = () => undefined): void {
  const row = database.prepare('PRAGMA user_version').get() as { user_version: number }
  if (row.user_version > migrations.length) {
    database.close()
    throw appError('state-too-new')
  }
  if (row.user_version === 0) {
    try {
      onNew()
    } catch (error) {
      database.close()
      throw error
    }
  }
  for (let version = row.user_version; version < migrations.length; version += 1) {
    inTransaction(database, () => database.exec(`${migrations[version]}; PRAGMA user_version = ${version + 1}`))
  }
}

/** Runs `work` as one transaction: all of it is on disk afterwards, or nothing. Not to be nested. */
export function inTransaction<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    // SQLite has taken it back already where the disk is full; to ask once more would fail and hide why.
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}
