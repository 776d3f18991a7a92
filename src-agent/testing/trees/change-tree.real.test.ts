import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createRandom } from '../layers/random-layer.ts'
import { changeTree } from './change-tree.ts'

let home: string
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'jy-change-'))
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

test('changes of a tree go through none of its links', async () => {
  const [tree, file, folder] = ['tree', 'file', 'folder'].map((name) => join(home, name)) as [string, string, string]
  mkdirSync(tree)
  mkdirSync(folder)
  writeFileSync(file, 'kept', { mode: 0o644 })
  const before = statSync(file)
  for (let seed = 1; seed <= 8; seed += 1) {
    for (let index = 0; index < 6; index += 1) {
      symlinkSync(file, join(tree, `file-${seed}-${index}`))
      symlinkSync(folder, join(tree, `folder-${seed}-${index}`))
    }
    await changeTree(tree, 15, createRandom(seed))
  }
  expect(readFileSync(file, 'utf8')).toBe('kept')
  expect(readdirSync(folder)).toEqual([])
  const { mode, mtimeMs, uid } = statSync(file)
  expect({ mode, mtimeMs, uid }).toEqual({ mode: before.mode, mtimeMs: before.mtimeMs, uid: before.uid })
})
