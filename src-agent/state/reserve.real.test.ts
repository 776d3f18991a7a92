import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { explainFailure } from '../base/failures/machine-failure.ts'
import { run } from '../base/process/run.ts'
import { inTransaction, openDatabase } from './database.ts'
import { createReserve, reserveBytes } from './reserve.ts'

let home: string
let small: string

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'jy-reserve-'))
  small = join(home, 'small')
  mkdirSync(small)
  await run('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'joey', small])
})
afterEach(async () => {
  await run('umount', [small])
  rmSync(home, { recursive: true, force: true })
})

/** Until not a byte more can be written. */
function fillDisk(file: string): void {
  const descriptor = openSync(file, 'w')
  try {
    for (const bytes of [Buffer.alloc(1024 * 1024, 1), Buffer.alloc(4096, 1), Buffer.alloc(1, 1)]) {
      try {
        for (;;) writeSync(descriptor, bytes)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
      }
    }
  } finally {
    closeSync(descriptor)
  }
}

test('on a disk without a free byte a removal is on record, and nothing else is', async () => {
  const database = openDatabase(join(small, 'joey.db'))
  const reserve = createReserve({ file: join(small, 'reserve'), log: pino({ enabled: false }) })
  await reserve.renew()
  const filler = join(small, 'filler')
  fillDisk(filler)
  const insert = database.prepare('INSERT INTO removals (id, record) VALUES (?, ?)')
  const put = async (id: string) => inTransaction(database, () => insert.run(id, 'x'.repeat(100_000)))

  const failure = await put('without').catch((error: unknown) => explainFailure(error, small).wire)
  expect(failure).toMatchObject({ reason: 'disk-of-machine-full', params: { path: small, free: 0 } })
  await reserve.lend(() => put('with'))
  await reserve.close()
  expect(database.prepare('SELECT id FROM removals').all()).toEqual([{ id: 'with' }])
  expect(statSync(join(small, 'reserve')).size).toBe(0)

  await reserve.lend(async () => rmSync(filler))
  await reserve.close()
  expect(statSync(join(small, 'reserve')).size).toBe(reserveBytes)
  database.close()
})
