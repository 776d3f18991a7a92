import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { explainFailure } from '../base/failures/machine-failure.ts'
import { run } from '../base/process/run.ts'
import { inTransaction, openDatabase } from './database.ts'

let folder: string
let small: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'jy-read-only-'))
  small = join(folder, 'small')
  mkdirSync(small)
  await run('truncate', ['--size', '32M', join(folder, 'disk')])
  await run('mkfs.ext4', ['-q', '-F', join(folder, 'disk')])
  await run('mount', ['-o', 'loop', join(folder, 'disk'), small])
})
afterEach(async () => {
  await run('umount', [small])
  rmSync(folder, { recursive: true, force: true })
})

test('a record that cannot be written because the kernel has stopped writing to the disk is said to be that', async () => {
  const database = openDatabase(join(small, 'joey.db'))
  const insert = database.prepare('INSERT INTO removals (id, record) VALUES (?, ?)')
  const put = async () => inTransaction(database, () => insert.run('id', 'x'.repeat(100_000)))
  // As after a fault that the kernel has found in the file system, with everything still open.
  await run('mount', ['-o', 'remount,abort', small])
  const failure = await put().catch((error: unknown) => explainFailure(error, small).wire)
  database.close()
  expect(failure).toMatchObject({ reason: 'disk-of-machine-read-only', params: { path: small } })
})
