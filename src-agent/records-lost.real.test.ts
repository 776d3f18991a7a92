import { copyFileSync, existsSync, rmSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createTestAgent, scriptSpec, type TestAgent } from './testing/test-agent.ts'

let agent: TestAgent
beforeAll(async () => {
  agent = createTestAgent()
  await agent.start()
})
afterAll(() => agent.dispose())

test('an agent that finds its records gone or damaged removes nothing, and with a copy of them goes on', async () => {
  const { id } = await agent.client.createSandbox({ spec: scriptSpec('sleep 100000') })
  await agent.exec(id, { argv: ['sh', '-c', 'echo kept >/kept'] })
  const pid = agent.pid()
  await agent.client.stopAgent({})
  await expect.poll(() => existsSync(`/proc/${pid}`)).toBe(false)
  const file = join(agent.place.home, 'joey.db')
  copyFileSync(file, `${file}.copy`)
  truncateSync(file, 0)
  await expect(agent.start()).rejects.toThrow('are gone, but')
  rmSync(file)
  await expect(agent.start()).rejects.toThrow('are gone, but')
  copyFileSync(`${file}.copy`, file)
  truncateSync(file, 12_288)
  await expect(agent.start()).rejects.toThrow('are damaged')
  for (const name of [file, `${file}-wal`, `${file}-shm`]) rmSync(name, { force: true })
  copyFileSync(`${file}.copy`, file)
  await agent.start()
  expect((await agent.client.inspectSandbox({ ref: id })).state).toBe('running')
  expect((await agent.exec(id, { argv: ['cat', '/kept'] })).stdout.toString()).toBe('kept\n')
})
