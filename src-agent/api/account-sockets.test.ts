import { lstatSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type AccountSockets, createAccountSockets } from './account-sockets.ts'

const uid = process.getuid?.() ?? 0
let base: string
let sockets: AccountSockets
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'joey-accounts-'))
  sockets = createAccountSockets(createServer(), (of) => join(base, String(of), 'joeyd.sock'))
})
afterEach(async () => {
  await sockets.close()
  rmSync(base, { recursive: true })
})

test('what an account puts in the place of its socket, while that is made, is neither followed nor changed', async () => {
  const victim = join(base, 'victim')
  writeFileSync(victim, '', { mode: 0o644 })
  const path = join(base, String(uid), 'joeyd.sock')
  const serving = sockets.serve(uid)
  rmSync(path, { force: true })
  symlinkSync(victim, path)
  expect(await serving).toBe(path)
  expect(statSync(victim).mode & 0o777).toBe(0o644)
  expect(lstatSync(path).isSocket()).toBe(true)
  expect(lstatSync(path).mode & 0o777).toBe(0o600)
})

test('nothing is left of a socket that is closed', async () => {
  const path = await sockets.serve(uid)
  await sockets.close()
  expect(readdirSync(dirname(path))).toEqual([])
  expect(readdirSync(base)).toEqual([String(uid)])
})
