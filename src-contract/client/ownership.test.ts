import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { whatOthersCanChange } from './ownership.ts'

const own = process.getuid?.() ?? 0
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joey-owner-'))
  mkdirSync(join(folder, 'a/b'), { recursive: true, mode: 0o755 })
  writeFileSync(join(folder, 'a/b/file'), '', { mode: 0o644 })
})
afterEach(() => rmSync(folder, { recursive: true }))

const changeable = (path: string) =>
  whatOthersCanChange(join(folder, path), [0, own])
    .map((found) => found.path)
    .filter((found) => found.startsWith(folder))
    .map((found) => found.slice(folder.length + 1))

test('what only the trusted can write to is listed nowhere', () => {
  expect(changeable('a/b/file')).toEqual([])
})

test.each([
  ['a file that everybody can write to', 'a/b/file', 0o646],
  ['a folder on the way', 'a', 0o777],
])('%s is named', (_what, path, mode) => {
  chmodSync(join(folder, path), mode)
  expect(changeable('a/b/file')).toEqual([path])
})

test('a folder in which everybody may only make what is their own does not count', () => {
  chmodSync(join(folder, 'a'), 0o1777)
  expect(changeable('a/b/file')).toEqual([])
})

test('links are followed, and the folders that they lead through count too', () => {
  mkdirSync(join(folder, 'open/inside'), { recursive: true })
  writeFileSync(join(folder, 'open/inside/target'), '')
  chmodSync(join(folder, 'open'), 0o777)
  symlinkSync('../open/inside', join(folder, 'a/link'))
  expect(changeable('a/link/target')).toEqual(['open'])
  symlinkSync('loop', join(folder, 'loop'))
  expect(() => changeable('loop/x')).toThrow('too many links')
})

test.skipIf(own !== 0)('what belongs to another account is named, with the account', () => {
  chownSync(join(folder, 'a/b'), 4711, 0)
  expect(whatOthersCanChange(join(folder, 'a/b/file'), [0])).toContainEqual({
    path: join(folder, 'a/b'),
    uid: 4711,
    byMode: false,
  })
})
