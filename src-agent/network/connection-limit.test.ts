import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { connectionLimit } from './connection-limit.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joey-connections-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test.each([
  ['a table of this machine', '262144\n', 32_768],
  ['a small one', '4096\n', 1024],
  ['one without a limit', '0\n', 32_768],
  ['one that is not loaded', null, 32_768],
])('of %s a sandbox may have an eighth, and never less than what a program needs', (_what, text, limit) => {
  const file = join(folder, 'max')
  if (text !== null) writeFileSync(file, text)
  expect(connectionLimit(file)).toBe(limit)
})
