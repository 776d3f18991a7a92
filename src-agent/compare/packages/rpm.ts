import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers/promises'
import { type PackageSink, packageUrl } from '../../files/compare/packages/package-sink.ts'
import { parseRpmHeader } from '../../files/compare/packages/rpm-header.ts'
import type { TreeText } from '../../files/compare/packages/tree-text.ts'

const folders = ['var/lib/rpm', 'usr/lib/sysimage/rpm']
/** Berkeley DB and rpm's own format before SQLite. */
const olderNames = ['Packages', 'Packages.db']
const mostBytes = 256 * 2 ** 20
const mostRows = 100_000
const largestHeader = 8 * 2 ** 20
const rowsAtOnce = 200
/** All rows are counted, so that the limit holds; one that is too large is not loaded. */
const rowsQuery = `SELECT coalesce(length(blob), 0) AS size, CASE WHEN length(blob) <= ? THEN blob END AS blob
  FROM Packages NOT INDEXED LIMIT ?`
/** The table as rpm makes it. Anything else could be a view, or have columns that are computed, of whatever its maker likes. */
const knownTable =
  /^CREATE TABLE '?"?Packages'?"? \(\s*hnum INTEGER PRIMARY KEY AUTOINCREMENT,\s*blob BLOB NOT NULL\s*\)$/i

export async function readRpm(text: TreeText, sink: PackageSink): Promise<void> {
  for (const folder of folders) {
    for (const name of olderNames) {
      if (await text.has(`${folder}/${name}`))
        sink.note('The record of rpm is in an older format (Berkeley DB or NDB), which is not read.')
    }
    const path = `${folder}/rpmdb.sqlite`
    if (!(await text.has(path))) continue
    const database = await text.readBytes(path, mostBytes)
    const isRead = database !== null && (await readCopy(database, await text.readBytes(`${path}-wal`, mostBytes), sink))
    if (!isRead) sink.note('The record of rpm is damaged or too large and was not read.')
  }
}

/** SQLite wants a file; one of the guest's own could change meanwhile, and would get locks and a journal beside it. */
async function readCopy(database: Buffer, log: Buffer | null, sink: PackageSink): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), 'joey-rpm-'))
  try {
    const path = join(folder, 'rpmdb.sqlite')
    await writeFile(path, database, { mode: 0o600 })
    if (log) await writeFile(`${path}-wal`, log, { mode: 0o600 })
    // Rows that are larger together than their file share what they are made of.
    return await readRows(path, sink, database.length + (log?.length ?? 0))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_SQLITE_ERROR') return false
    throw error
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function readRows(path: string, sink: PackageSink, maxBytes: number): Promise<boolean> {
  const database = new DatabaseSync(path, { allowExtension: false })
  try {
    database.exec('PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0')
    const table = database.prepare("SELECT type, sql FROM sqlite_master WHERE name = 'Packages'").get()
    if (table?.['type'] !== 'table' || !knownTable.test(String(table['sql']))) return false
    const rows = database.prepare(rowsQuery).iterate(largestHeader, mostRows)
    let [count, left] = [0, maxBytes]
    for (const { blob, size } of rows) {
      left -= Number(size)
      if (left < 0) return false
      const found = blob instanceof Uint8Array ? parseRpmHeader(Buffer.from(blob)) : null
      if (found) addPackage(found, sink)
      count += 1
      if (count % rowsAtOnce === 0) await setImmediate()
    }
    return true
  } finally {
    database.close()
  }
}

function addPackage(
  { name, version, architecture }: NonNullable<ReturnType<typeof parseRpmHeader>>,
  sink: PackageSink,
): void {
  // Keys that packages are signed with are kept as if they were packages.
  if (name === 'gpg-pubkey') return
  const purl = packageUrl(`rpm/${sink.distribution ?? 'rpm'}`, name, version, architecture)
  sink.add({ manager: 'rpm', name, version, purl })
}
