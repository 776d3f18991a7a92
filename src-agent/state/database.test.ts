import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { explainFailure } from '../base/failures/machine-failure.ts'
import { inTransaction, openDatabase } from './database.ts'
import { refuseNewRecords } from './require-records.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'joey-database-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

test('a transaction that finds the disk full says so, and the next one works when there is room', () => {
  const database = openDatabase(join(home, 'joey.db'))
  const { page_count: pages } = database.prepare('PRAGMA page_count').get() as { page_count: number }
  const insert = database.prepare('INSERT INTO selftests (id, record) VALUES (?, ?)')
  const put = () => inTransaction(database, () => insert.run('a', 'x'.repeat(100_000)))
  const limit = (most: number) => database.exec(`PRAGMA max_page_count = ${most}`)

  limit(pages)
  expect(put).toThrow('database or disk is full')
  try {
    put()
  } catch (error) {
    expect(explainFailure(error, home).wire.reason).toBe('disk-of-machine-full')
  }
  limit(pages + 1000)
  put()
  expect(database.prepare('SELECT count(*) AS count FROM selftests').get()).toEqual({ count: 1 })
  database.close()
})

/** Many pages, so that half of the file is not all that there is. */
function makeRecords(file: string): void {
  const database = openDatabase(file)
  const insert = database.prepare('INSERT INTO removals (id, record) VALUES (?, ?)')
  for (let index = 0; index < 50; index += 1) insert.run(String(index), 'x'.repeat(4000))
  database.close()
}

function readAll(file: string): unknown {
  const database = openDatabase(file)
  try {
    return database.prepare('SELECT * FROM removals').all()
  } finally {
    database.close()
  }
}

test.each([
  ['cut in half', (file: string) => truncateSync(file, statSync(file).size / 2)],
  ['of other bytes in the middle', (file: string) => damage(file, 8192, 65_536)],
  ['of other bytes from the start', (file: string) => damage(file, 0, 8192)],
])('records that are %s are said to be damaged, with the file', (_how, spoil) => {
  const file = join(home, 'joey.db')
  makeRecords(file)
  spoil(file)
  let reason: unknown
  try {
    readAll(file)
  } catch (error) {
    reason = explainFailure(error, home).wire
  }
  expect(reason).toMatchObject({ reason: 'records-damaged', params: { file } })
})

function damage(file: string, from: number, to: number): void {
  writeFileSync(file, readFileSync(file).fill(0x5a, from, to))
}

test.each(['sandboxes', 'layers', 'volumes'])('no new records are begun beside what is in %s', (name) => {
  const database = join(home, 'joey.db')
  const open = () => openDatabase(database, () => refuseNewRecords({ home, database })).close()
  mkdirSync(join(home, name, 'aaaa0000bbbb'), { recursive: true })
  expect(open).toThrow(`The records in ${database} are gone, but ${join(home, name)} is not empty (1).`)
  // Refused again: nothing of the first try counts as records.
  expect(open).toThrow('are gone')
  rmSync(join(home, name, 'aaaa0000bbbb'), { recursive: true })
  open()
  mkdirSync(join(home, name, 'aaaa0000bbbb'))
  open()
})
