import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { linkTree } from './link-tree.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joey-link-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

test('the second tree has the same files and takes no room', () => {
  mkdirSync(join(folder, 'from/deep'), { recursive: true })
  writeFileSync(join(folder, 'from/deep/file'), 'text')

  linkTree(join(folder, 'from'), join(folder, 'to'))

  expect(readFileSync(join(folder, 'to/deep/file'), 'utf8')).toBe('text')
  expect(statSync(join(folder, 'to/deep/file')).ino).toBe(statSync(join(folder, 'from/deep/file')).ino)
})
