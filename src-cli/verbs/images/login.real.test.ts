import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { shareTestAgent } from '../../testing/shared-agent.ts'
import { openTestRegistry, type TestRegistry } from '../../testing/test-registry.ts'

const testAgent = shareTestAgent()
const ann = { username: 'ann', password: 'secret word' }
let registry: TestRegistry
beforeAll(async () => {
  registry = await openTestRegistry(ann)
  await registry.pushBusybox(testAgent, 'team/app:1', 'private')
}, 60_000)
afterAll(() => registry.close())

const pull = (env = {}) => testAgent.joey(['pull', `${registry.host}/team/app:1`], { env })
const login = (password: string) =>
  testAgent.joey(['login', '-u', 'ann', '--password-stdin', registry.host], { input: Buffer.from(`${password}\n`) })

test('who has logged in pulls, until the logout', async () => {
  expect((await pull()).stderr).toContain(`joey login ${registry.host}`)
  expect((await login('wrong')).stderr).toContain('does not take this name with this password')
  expect(await login(ann.password)).toMatchObject({ code: 0, stdout: `ann at ${registry.host}\n` })
  expect((await testAgent.joey(['logout', '--list'])).stdout).toBe(`${registry.host}  ann\n`)
  expect((await pull()).code).toBe(0)
  expect((await testAgent.joey(['logout', registry.host])).code).toBe(0)
  expect((await testAgent.joey(['logout', registry.host])).code).toBe(1)
  expect((await pull()).code).toBe(1)
})

test('what docker keeps of the caller is enough', async () => {
  const home = join(testAgent.home, 'caller')
  mkdirSync(join(home, '.docker'), { recursive: true })
  const auth = Buffer.from(`${ann.username}:${ann.password}`).toString('base64')
  writeFileSync(join(home, '.docker', 'config.json'), JSON.stringify({ auths: { [registry.host]: { auth } } }))
  expect((await pull({ HOME: home })).code).toBe(0)
  expect((await testAgent.joey(['logout', '--list'])).stdout).toBe('')
})

test('the password is asked for on a terminal, and not shown', async () => {
  const terminal = testAgent.pty(['login', registry.host])
  await terminal.waitFor('Name: ')
  terminal.pty.write('ann\r')
  await terminal.waitFor('Password: ')
  terminal.pty.write(`${ann.password}x\x7f\r`)
  await terminal.waitFor(`ann at ${registry.host}`)
  expect(terminal.shown()).not.toContain(ann.password)
})
