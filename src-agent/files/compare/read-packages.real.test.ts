import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Run, run } from '../../base/process/run.ts'
import { openTreeView } from '../../storage/trees/tree-view.ts'
import { foldersAt, plainTools } from '../../testing/compare/plain-trees.ts'
import { buildRpmHeader } from '../../testing/compare/rpm-header.ts'
import { createRpmDatabaseReader } from './packages/rpm-database.ts'
import { readPackages } from './read-packages.ts'

/** In this process, which is the agent's, SQLite opens nothing. */
vi.mock('node:sqlite', () => ({
  DatabaseSync: class {
    constructor() {
      throw new Error('SQLite was used in the process of the agent.')
    }
  },
}))

const { DatabaseSync } = await vi.importActual<typeof import('node:sqlite')>('node:sqlite')
let root: string
let path: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'joey-packages-'))
  path = join(root, 'var/lib/rpm/rpmdb.sqlite')
  mkdirSync(dirname(path), { recursive: true })
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const header = (name: string) =>
  buildRpmHeader([
    [1000, 6, name],
    [1001, 6, '5.2'],
    [1002, 6, '1.fc40'],
  ])

function makeDatabase(names: readonly string[], leavesLog = false) {
  const database = new DatabaseSync(path)
  if (leavesLog) database.exec('PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0')
  database.exec("CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT,blob BLOB NOT NULL)")
  for (const name of names) database.prepare('INSERT INTO Packages (blob) VALUES (?)').run(header(name))
  return database
}

async function read() {
  const view = await openTreeView(foldersAt(root), plainTools)
  try {
    return await readPackages(view, AbortSignal.timeout(60_000))
  } finally {
    await view.close()
  }
}

test('the process of the agent never opens the rpm database of a guest: a confined one reads it, with its log', async () => {
  const open = makeDatabase(['bash', 'gpg-pubkey', 'zlib'], true)
  const { packages, notes } = await read()
  open.close()
  expect(packages.map(({ name, version }) => `${name} ${version}`)).toEqual(['bash 5.2-1.fc40', 'zlib 5.2-1.fc40'])
  expect(notes).toEqual([])
})

test.for([
  ['the page size', 16, [0xff, 0xff]],
  ['the first page', 100, Array.from({ length: 400 }, () => 0xff)],
  ['pointers to rows', 4096 + 8, Array.from({ length: 200 }, (_none, at) => (at * 37) % 256)],
  ['the tree of the table', 4096, [5, 0, 0, 0xff, 0xff]],
] as const)('a database with a damaged part (%s) is a note, and the agent goes on', async ([_part, at, bytes]) => {
  makeDatabase(Array.from({ length: 60 }, (_none, index) => `package-${index}`)).close()
  const damaged = readFileSync(path)
  damaged.set(bytes, at)
  writeFileSync(path, damaged)
  const { packages, notes } = await read()
  expect(packages.length < 60 || notes.length > 0).toBe(true)
})

test('a helper that crashes is no more than a database that was not read', async () => {
  makeDatabase(['bash']).close()
  const crash: Run = (program, args, options) =>
    run(program, [...args.slice(0, args.lastIndexOf('/helper/node')), 'sh', '-c', 'kill -SEGV $$'], options)
  const database = readFileSync(path)
  const { signal } = new AbortController()
  expect(await createRpmDatabaseReader(crash)({ database, log: null }, signal)).toBeNull()
  expect(await createRpmDatabaseReader(run)({ database, log: null }, signal)).toMatchObject([{ name: 'bash' }])
})
