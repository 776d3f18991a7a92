import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { findOffered, openAttempts } from './optional.ts'

test('only what apt has a candidate for is offered', () => {
  const policy = 'runsc:\n  Installed: (none)\n  Candidate: 0.0~20221219.0-1\ngone:\n  Candidate: (none)\n'
  expect(findOffered(['runsc', 'gone', 'unheard-of'], policy)).toEqual(['runsc'])
})

test('what was looked for in vain is not looked for again on the same day', () => {
  const folder = mkdtempSync(join(tmpdir(), 'joey-optional-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  let now = 1_000_000_000
  const attempts = openAttempts(join(folder, 'sub', 'file.json'), () => now)
  expect(attempts.isRecent('runsc')).toBe(false)
  attempts.remember(['runsc'])
  expect(attempts.isRecent('runsc')).toBe(true)
  expect(attempts.isRecent('other')).toBe(false)
  now += 25 * 60 * 60 * 1000
  expect(attempts.isRecent('runsc')).toBe(false)
})

test('a damaged memory is no reason to fail', () => {
  const folder = mkdtempSync(join(tmpdir(), 'joey-optional-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  writeFileSync(join(folder, 'file.json'), '{"runsc":')
  const attempts = openAttempts(join(folder, 'file.json'))
  expect(attempts.isRecent('runsc')).toBe(false)
  attempts.remember(['runsc'])
  expect(attempts.isRecent('runsc')).toBe(true)
})
