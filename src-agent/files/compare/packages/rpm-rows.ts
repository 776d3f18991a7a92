import { DatabaseSync } from 'node:sqlite'
import { parseRpmHeader, type RpmPackage } from './rpm-header.ts'

const mostRows = 100_000
const largestHeader = 8 * 2 ** 20
/** All rows are counted, so that the limit holds; one that is too large is not loaded. */
const rowsQuery = `SELECT coalesce(length(blob), 0) AS size, CASE WHEN length(blob) <= ? THEN blob END AS blob
  FROM Packages NOT INDEXED LIMIT ?`
/** The table as rpm makes it. Anything else could be a view, or have columns that are computed, of whatever its maker likes. */
const knownTable =
  /^CREATE TABLE '?"?Packages'?"? \(\s*hnum INTEGER PRIMARY KEY AUTOINCREMENT,\s*blob BLOB NOT NULL\s*\)$/i

/**
 * The packages in a database of rpm; null where it is not one. `maxBytes`: what the file and its log have, since rows that
 * are larger together than their file share what they are made of.
 * SQLite is a parser in C: of a guest's database this MUST run in a confined process, never in the agent's own.
 */
export function readRpmRows(path: string, maxBytes: number): readonly RpmPackage[] | null {
  const database = new DatabaseSync(path, { allowExtension: false })
  try {
    database.exec('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0')
    const table = database.prepare("SELECT type, sql FROM sqlite_master WHERE name = 'Packages'").get()
    if (table?.['type'] !== 'table' || !knownTable.test(String(table['sql']))) return null
    const packages: RpmPackage[] = []
    let left = maxBytes
    for (const { blob, size } of database.prepare(rowsQuery).iterate(largestHeader, mostRows)) {
      left -= Number(size)
      if (left < 0) return null
      const found = blob instanceof Uint8Array ? parseRpmHeader(Buffer.from(blob)) : null
      if (found) packages.push(found)
    }
    return packages
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SQLITE_ERROR') return null
    throw error
  } finally {
    database.close()
  }
}
