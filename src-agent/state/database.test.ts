import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { explainFailure } from '../base/failures/machine-failure.ts'
import { inTransaction, openDatabase } from './database.ts'

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
