import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findPlace } from '#contract/client/place'
import { lockStateFolder, openStateFolder } from './folder.ts'

let base: string
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'jy-'))
})
afterEach(() => rmSync(base, { recursive: true, force: true }))

const open = (home: string) => openStateFolder(findPlace({ JOEY_HOME: home }, 0))

test('a second agent on the same folder is refused, and one after the first has gone is not', () => {
  const folder = open(base)
  const unlock = lockStateFolder(folder)
  expect(() => lockStateFolder(folder)).toThrow('Another agent')
  unlock()
  lockStateFolder(folder)()
})

test('a path too long for sockets is refused with how much', () => {
  expect(() => open(join(base, 'x'.repeat(100)))).toThrow(/characters too long/)
})

test('characters that separate mount options are refused', () => {
  expect(() => open(join(base, 'a,b'))).toThrow('may hold letters')
})

test('two state folders have different tags', () => {
  expect(open(join(base, 'a')).tag).not.toBe(open(join(base, 'b')).tag)
})
