import { existsSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { inTransaction } from './database.ts'
import { makePrivateFile } from './private-file.ts'

const schema = `
  CREATE TABLE series (number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, name TEXT NOT NULL, class TEXT NOT NULL, removed INTEGER) STRICT;
  CREATE TABLE chunks (place INTEGER PRIMARY KEY, start INTEGER NOT NULL, data BLOB NOT NULL) STRICT;
  CREATE TABLE stills (series INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER, data BLOB NOT NULL,
    PRIMARY KEY (series, since)) STRICT, WITHOUT ROWID;
  CREATE INDEX open_stills ON stills (series) WHERE until IS NULL;
  CREATE TABLE states (series INTEGER NOT NULL, at INTEGER NOT NULL, state TEXT NOT NULL, PRIMARY KEY (series, at)) STRICT, WITHOUT ROWID;
  CREATE TABLE alive (id INTEGER PRIMARY KEY CHECK (id = 1), second INTEGER NOT NULL) STRICT;
  PRAGMA user_version = 1;`

export type UsageDatabase = DatabaseSync

/** SQLite's own name for a database that is in memory only. */
const withoutFile = ':memory:'

/** Opens the history of use. A file that cannot be used is made anew: it has nothing that anybody depends on. */
export function openUsageDatabase(file: string, onUnusable: (error: unknown) => void): DatabaseSync {
  try {
    return open(file)
  } catch (error) {
    onUnusable(error)
    for (const end of ['', '-wal', '-shm']) rmSync(file + end, { force: true })
    return open(file)
  }
}

function open(file: string): DatabaseSync {
  if (file !== withoutFile) {
    makePrivateFile(file)
    for (const beside of ['-wal', '-shm']) if (existsSync(file + beside)) makePrivateFile(file + beside)
  }
  const database = new DatabaseSync(file, { timeout: 1000 })
  try {
    // What a crash of the machine may take here is half a minute of figures: no commit waits for the disk.
    database.exec(
      'PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 1048576; PRAGMA wal_autocheckpoint = 256; PRAGMA cache_size = -512',
    )
    const { user_version } = database.prepare('PRAGMA user_version').get() as { user_version: number }
    if (user_version === 0) inTransaction(database, () => database.exec(schema))
    else if (user_version !== 1) throw new Error(`The file has version ${user_version}.`)
    closeOpenStills(database)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** An agent that was killed has closed nothing: what was still then is known up to its last word. */
function closeOpenStills(database: DatabaseSync): void {
  database.exec('UPDATE stills SET until = max(since, coalesce((SELECT second FROM alive), since)) WHERE until IS NULL')
}
