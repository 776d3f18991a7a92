import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openRegistryLogins } from './registry-logins.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'joey-logins-'))
})
afterEach(() => rmSync(folder, { recursive: true }))
const file = () => join(folder, 'logins.json')
const ann = { username: 'ann', password: 'secret' }

test('what was kept is there for the next agent, for nobody else to read', () => {
  const logins = openRegistryLogins(file())
  logins.keep('reg.example', { ...ann, password: 'old' })
  logins.keep('localhost:5000', ann)
  logins.keep('reg.example', ann)
  expect(statSync(file()).mode & 0o777).toBe(0o600)
  const next = openRegistryLogins(file())
  expect(next.find('reg.example')).toEqual(ann)
  expect(next.list().map(({ registry }) => registry)).toEqual(['localhost:5000', 'reg.example'])
  expect(JSON.stringify(next.list())).not.toContain('secret')
})

test('what was forgotten is not in the file', () => {
  const logins = openRegistryLogins(file())
  logins.keep('reg.example', ann)
  expect(logins.forget('reg.example')).toBe(true)
  expect(logins.forget('reg.example')).toBe(false)
  expect(readFileSync(file(), 'utf8')).not.toContain('secret')
})

test('a file that is no such file is as none', () => {
  writeFileSync(file(), '{"registries":{"x":1}}')
  expect(openRegistryLogins(file()).list()).toEqual([])
})
