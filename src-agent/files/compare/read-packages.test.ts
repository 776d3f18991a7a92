import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { sentence, wordingOf } from '#contract/sentence'
import { openTreeView } from '../../storage/trees/tree-view.ts'
import { foldersAt, plainTools } from '../../testing/compare/plain-trees.ts'
import { buildRpmHeader } from '../../testing/compare/rpm-header.ts'
import { comparePackageLists } from './compare-packages.ts'
import type { ReadRpmDatabase } from './packages/rpm-database.ts'
import { readRpmRows } from './packages/rpm-rows.ts'
import { readPackages } from './read-packages.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'joey-packages-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

function put(path: string, content: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), content)
}

/** What the confined helper does, without its process; see read-packages.real.test.ts. */
const readHere: ReadRpmDatabase = async ({ database, log }) => {
  const folder = mkdtempSync(join(tmpdir(), 'joey-rpm-'))
  try {
    const path = join(folder, 'rpmdb.sqlite')
    writeFileSync(path, database)
    if (log) writeFileSync(`${path}-wal`, log)
    return readRpmRows(path, database.length + (log?.length ?? 0))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function read() {
  const view = await openTreeView(foldersAt(root), plainTools)
  try {
    return await readPackages(view, new AbortController().signal, readHere)
  } finally {
    await view.close()
  }
}

const shown = async () => (await read()).packages.map(({ manager, name, version }) => `${manager} ${name} ${version}`)

test('dpkg: installed packages, not those that left only settings', async () => {
  put('usr/lib/os-release', 'NAME="X"\nID=ubuntu\n')
  put(
    'var/lib/dpkg/status',
    `Package: bash
Status: install ok installed
Architecture: amd64
Version: 5.2.15-2+b2
Description: shell
 Version: 9 of a text

Package: gone
Status: deinstall ok config-files
Version: 1
`,
  )
  put('var/lib/dpkg/status.d/base', 'Package: base-files\nVersion: 12.4\n')
  put('var/lib/dpkg/status.d/base.md5sums', 'Package: no\nVersion: 1\n')
  expect((await read()).packages).toEqual([
    { manager: 'dpkg', name: 'base-files', version: '12.4', purl: 'pkg:deb/ubuntu/base-files@12.4' },
    { manager: 'dpkg', name: 'bash', version: '5.2.15-2+b2', purl: 'pkg:deb/ubuntu/bash@5.2.15-2%2Bb2?arch=amd64' },
  ])
})

test('apk', async () => {
  put('lib/apk/db/installed', 'C:Q1=\nP:musl\nV:1.2.4-r2\nA:x86_64\nF:lib\n\nP:busybox\nV:1.36.1-r5\n\n')
  expect(await shown()).toEqual(['apk busybox 1.36.1-r5', 'apk musl 1.2.4-r2'])
})

test('pip: wherever site-packages are', async () => {
  put(
    'opt/app/venv/lib/python3.12/site-packages/Foo_Bar-1.0.dist-info/METADATA',
    'Name: Foo_Bar\nVersion: 1.0\n\nName: x\n',
  )
  put('usr/lib/python3/dist-packages/six-1.16.dist-info/METADATA', 'Metadata-Version: 2.1\nName: six\nVersion: 1.16\n')
  put('elsewhere/bad-1.dist-info/METADATA', 'Name: bad\nVersion: 1\n')
  expect(await shown()).toEqual(['pip foo-bar 1.0', 'pip six 1.16'])
})

test('npm: what is installed for all, and what lock files say', async () => {
  put('usr/local/lib/node_modules/npm/package.json', '{"name":"npm","version":"10.1.0"}')
  put('usr/local/lib/node_modules/npm/node_modules/@npmcli/fs/package.json', '{"name":"@npmcli/fs","version":"3.1.0"}')
  put('srv/app/package-lock.json', '{"packages":{"":{"version":"1.0.0"},"node_modules/ws":{"version":"8.1.0"}}}')
  put('srv/app/node_modules/ws/package.json', '{"name":"ws","version":"7.0.0"}')
  put('srv/old/package-lock.json', '{"dependencies":{"left-pad":{"version":"1.3.0"}}}')
  expect(await shown()).toEqual(['npm @npmcli/fs 3.1.0', 'npm left-pad 1.3.0', 'npm npm 10.1.0', 'npm ws 8.1.0'])
})

function makeRpm(table: string, headers: readonly Buffer[]): void {
  mkdirSync(join(root, 'var/lib/rpm'), { recursive: true })
  const database = new DatabaseSync(join(root, 'var/lib/rpm/rpmdb.sqlite'))
  database.exec(table)
  for (const header of headers) database.prepare('INSERT INTO Packages (blob) VALUES (?)').run(header)
  database.close()
}
const rpmTable = "CREATE TABLE IF NOT EXISTS 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT,blob BLOB NOT NULL)"

test('rpm: the headers in its database', async () => {
  const bash = buildRpmHeader([
    [1000, 6, 'bash'],
    [1001, 6, '5.2'],
    [1002, 6, '1.fc40'],
    [1003, 4, 2],
    [1022, 6, 'x86_64'],
  ])
  const key = buildRpmHeader([
    [1000, 6, 'gpg-pubkey'],
    [1001, 6, '1'],
  ])
  makeRpm(rpmTable, [bash, key, Buffer.from('garbage'), Buffer.alloc(0)])
  expect(await shown()).toEqual(['rpm bash 2:5.2-1.fc40'])
})

test.each([
  [
    'a view in place of the table',
    'CREATE VIEW Packages AS WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n FROM x) SELECT n AS blob FROM x',
  ],
  ['a column that is computed', 'CREATE TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB AS (zeroblob(900000000)))'],
])('rpm: %s is not queried', async (_rule, table) => {
  makeRpm(table, [])
  const { packages, notes } = await read()
  expect(packages).toEqual([])
  expect(notes).toEqual([sentence('packages-rpm-damaged')])
})

test('rpm: what is no database, and the older formats, are reported in a note', async () => {
  put('var/lib/rpm/rpmdb.sqlite', 'SQLite format 3\0 but no more')
  put('usr/lib/sysimage/rpm/Packages', 'x')
  expect((await read()).notes).toEqual([sentence('packages-rpm-damaged'), sentence('packages-rpm-older')])
})

test('records that are links, folders or nonsense are passed over', async () => {
  mkdirSync(join(root, 'var/lib/dpkg'), { recursive: true })
  symlinkSync('/var/lib/dpkg/status', join(root, 'var/lib/dpkg/status'))
  mkdirSync(join(root, 'lib/apk/db/installed'), { recursive: true })
  put('app/package-lock.json', '{"packages": 7, "dependencies": [')
  put('usr/lib/node_modules/odd/package.json', '{"name":"\\ud800","version":"1"}')
  const { packages } = await read()
  expect(packages.map(({ name }) => name)).toEqual(['\ufffd'])
})

test('two lists differ by packages that were added, removed or changed', () => {
  const at = (name: string, version: string) => ({ manager: 'npm', name, version })
  const [old, recent] = [sentence('packages-rpm-older'), sentence('packages-too-many', { limit: 3 })]
  const before = { packages: [at('a', '1'), at('b', '1'), at('c', '1'), at('c', '2')], notes: [old] }
  const after = { packages: [at('a', '1'), at('c', '2'), at('d', '4')], notes: [old, recent] }
  expect(comparePackageLists(before, after)).toEqual({
    changes: [
      { manager: 'npm', name: 'b', before: '1', after: null },
      { manager: 'npm', name: 'c', before: '1, 2', after: '2' },
      { manager: 'npm', name: 'd', before: null, after: '4' },
    ],
    notes: [old.message, recent.message],
    notesWordings: [old, recent].map(wordingOf),
  })
})
