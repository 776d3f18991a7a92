import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openMainLog } from './main-log.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joey-log-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test('a line carries its time, what happened and the details', () => {
  const path = join(folder, 'new', 'main.log')

  openMainLog(path, () => new Date(0))('started', { version: '1' })

  expect(readFileSync(path, 'utf8')).toBe('{"at":"1970-01-01T00:00:00.000Z","message":"started","version":"1"}\n')
})

test('a large log is put aside at the start', () => {
  const path = join(folder, 'main.log')
  writeFileSync(path, 'x'.repeat(1024 * 1024 + 1))

  openMainLog(path)('started')

  expect(existsSync(`${path}.1`)).toBe(true)
  expect(readFileSync(path, 'utf8').length).toBeLessThan(200)
})

test('a disk that cannot be written to does not stop the window', () => {
  expect(() => openMainLog('/dev/null/main.log')('started')).not.toThrow()
})
