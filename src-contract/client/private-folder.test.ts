import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openPrivateFolder } from './private-folder.ts'

const own = process.getuid?.() ?? 0
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joey-private-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const modeOf = (path: string) => statSync(path).mode & 0o777

test.each([0o000, 0o077])('a new one is 0700 with mask %o', async (mask) => {
  const before = process.umask(mask)
  try {
    expect(openPrivateFolder(join(folder, 'a/b'), own)).toBe(join(folder, 'a/b'))
  } finally {
    process.umask(before)
  }
  expect(modeOf(join(folder, 'a/b'))).toBe(0o700)
})

test('one of an older version, which others could look into, is closed', () => {
  writeFileSync(join(folder, 'lock.db'), '')
  chmodSync(folder, 0o755)
  openPrivateFolder(folder, own)
  expect(modeOf(folder)).toBe(0o700)
})

test('a folder that is not of Joey keeps its mode', () => {
  writeFileSync(join(folder, 'passwd'), '')
  chmodSync(folder, 0o755)
  openPrivateFolder(folder, own)
  expect(modeOf(folder)).toBe(0o755)
})

test('one that others can write to is refused, behind a link too', () => {
  mkdirSync(join(folder, 'open'))
  chmodSync(join(folder, 'open'), 0o777)
  symlinkSync('open', join(folder, 'link'))
  const refusal = expect.objectContaining({ wire: expect.objectContaining({ reason: 'folder-open-to-others' }) })
  for (const name of ['open', 'link']) expect(() => openPrivateFolder(join(folder, name), own)).toThrow(refusal)
})

test.skipIf(own !== 0)('one of another account is refused, though root could write there', () => {
  mkdirSync(join(folder, 'theirs'), { mode: 0o700 })
  chownSync(join(folder, 'theirs'), 4711, 0)
  expect(() => openPrivateFolder(join(folder, 'theirs'), own)).toThrow(/belongs to account 4711/)
})
