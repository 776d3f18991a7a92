import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openRegistryLogins } from './registry-logins.ts'

let folder: string
const unreadable = vi.fn()
beforeEach(() => {
  unreadable.mockClear()
  folder = mkdtempSync(join(tmpdir(), 'joey-logins-'))
})
afterEach(() => rmSync(folder, { recursive: true }))
const file = () => join(folder, 'logins.json')
const ann = { username: 'ann', password: 'secret' }

test('what was kept is there for the next agent, for nobody else to read', () => {
  const logins = openRegistryLogins(file(), unreadable)
  logins.keep('reg.example', { ...ann, password: 'old' })
  logins.keep('localhost:5000', ann)
  logins.keep('reg.example', ann)
  expect(statSync(file()).mode & 0o777).toBe(0o600)
  const next = openRegistryLogins(file(), unreadable)
  expect(next.find('reg.example')).toEqual(ann)
  expect(next.list().map(({ registry }) => registry)).toEqual(['localhost:5000', 'reg.example'])
  expect(JSON.stringify(next.list())).not.toContain('secret')
})

test('what was forgotten is not in the file', () => {
  const logins = openRegistryLogins(file(), unreadable)
  logins.keep('reg.example', ann)
  expect(logins.forget('reg.example')).toBe(true)
  expect(logins.forget('reg.example')).toBe(false)
  expect(readFileSync(file(), 'utf8')).not.toContain('secret')
})

test('a file that cannot be read is set aside, and the next login loses nothing of it', () => {
  for (const [content, aside] of [
    ['{"registries":{"x":1}}', 'logins.json.unreadable'],
    ['not even this', 'logins.json.unreadable-1'],
  ] as const) {
    writeFileSync(file(), content)
    const logins = openRegistryLogins(file(), unreadable)
    expect(logins.list()).toEqual([])
    logins.keep('reg.example', ann)
    expect(readFileSync(join(folder, aside), 'utf8')).toBe(content)
    expect(unreadable).toHaveBeenLastCalledWith(join(folder, aside))
  }
})

test('where there is no file nothing is set aside', () => {
  openRegistryLogins(file(), unreadable)
  expect(unreadable).not.toHaveBeenCalled()
})
