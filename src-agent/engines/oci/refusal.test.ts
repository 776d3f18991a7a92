import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readRefusal, readRefusalInLog } from './refusal.ts'

test.each([
  ['exec: Exec format error\n', 126, null],
  ['exec /prog: exec format error\n', 126, '/prog'],
  ['exec container process `/prog`: Exec format error', 126, '/prog'],
  ['\u001b[1;31m2026-11-29T15:11:03.262164Z: exec: Exec format error\u001b[0m\r\n', 126, null],
  ['exec: No such file or directory\n', 127, null],
  ['exec container process (missing dynamic library?) `/script`: No such file or directory', 127, '/script'],
  ['exec /script: no such file or directory\r\n', 127, '/script'],
])('a program that the kernel refuses is known by the only line: %j', (output, code, program) => {
  expect(readRefusal(1, output)).toMatchObject({ code, program })
})

test.each([
  [1, 'sh: exec: line 1: /prog: Exec format error\n'],
  [1, 'begun\nexec: Exec format error\n'],
  [1, 'exec: Exec format error\nmore\n'],
  [2, 'exec: Exec format error\n'],
  [1, ''],
])('a program that ran and ended with %i is left its words and its code: %j', (code, output) => {
  expect(readRefusal(code, output)).toBeNull()
})

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'jyr-'))
  mkdirSync(join(folder, 'run'))
  writeFileSync(join(folder, 'run/config.json'), '')
  const begun = new Date('2026-01-01T12:00:00.000Z')
  utimesSync(join(folder, 'run/config.json'), begun, begun)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const refused = '2026-01-01T12:00:01.000000000+00:00 stderr F exec /prog: exec format error\n'
const inLog = (text: string) => {
  writeFileSync(join(folder, 'log'), text)
  return readRefusalInLog(1, { log: join(folder, 'log'), run: join(folder, 'run') })
}

test('in a log only what this run has said counts', async () => {
  const earlier = '2026-01-01T11:00:00.000000000+00:00 stdout F of another run\n'
  expect(await inLog(`${earlier}${refused}`)).toMatchObject({ code: 126, program: '/prog' })
  const own = '2026-01-01T12:00:00.500000000+00:00 stdout F begun\n'
  expect(await inLog(`${own}${refused}`)).toBeNull()
  expect(await inLog('')).toBeNull()
})
