import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createTestAgent, scriptSpec, type TestAgent } from '../testing/test-agent.ts'

let agent: TestAgent

beforeAll(async () => {
  agent = createTestAgent()
  await agent.start()
})
afterEach(async () => {
  const left = await agent.client.listSandboxes({ all: true })
  await Promise.all(left.map(({ id }) => agent.client.removeSandbox({ ref: id, force: true })))
})
afterAll(() => agent.dispose())

const make = (script: string, restartPolicy: string, more: object = {}) =>
  agent.client.createSandbox({ spec: scriptSpec(script, { restartPolicy, ...more }) })
const inspect = (ref: string) => agent.client.inspectSandbox({ ref })
const patience = { timeout: 30_000 }

describe.each(['container', 'gvisor', 'microvm'] as const)('a policy in the class %s', (own) => {
  test('starts what has failed again until its number is reached, and says how often', async () => {
    const { id } = await make('echo run >>/runs; exit 3', 'on-failure:2', { class: own })
    await expect.poll(async () => (await inspect(id)).restarts, { timeout: 60_000 }).toBe(2)
    await expect.poll(async () => (await inspect(id)).state, { timeout: 60_000 }).toBe('stopped')
    expect(await inspect(id)).toMatchObject({ restarts: 2, restartsAt: null, exit: { code: 3 } })
    const { base64 } = await agent.client.readFile({ tree: `sandbox:${id}`, path: '/runs' })
    expect(Buffer.from(base64, 'base64').toString()).toBe('run\nrun\nrun\n')
  })
})

test('what was stopped by hand stays, also with a new agent unless its policy is always', async () => {
  const [kept, back] = await Promise.all([make('sleep 1000', 'unless-stopped'), make('sleep 1000', 'always')])
  for (const { id } of [kept, back]) await agent.client.stopSandbox({ ref: id, graceMs: 0 })
  for (const { id } of [kept, back]) expect(await inspect(id)).toMatchObject({ state: 'stopped', restartsAt: null })
  await agent.murder()
  await agent.start()
  await expect.poll(async () => (await inspect(back.id)).state, patience).toBe('running')
  expect(await inspect(kept.id)).toMatchObject({ state: 'stopped', restartsAt: null })
})

test('one that waits is left by a stop, started at once by a start, and removed like any other', async () => {
  const failing = 'exit 1'
  const { id } = await make(failing, 'always')
  // Waits of seconds by then.
  await expect.poll(async () => (await inspect(id)).restarts, patience).toBeGreaterThanOrEqual(5)
  await expect.poll(async () => (await inspect(id)).restartsAt, patience).not.toBeNull()
  await agent.client.stopSandbox({ ref: id })
  expect(await inspect(id)).toMatchObject({ state: 'stopped', restartsAt: null })
  await agent.client.startSandbox({ ref: id })
  await expect.poll(async () => (await inspect(id)).restarts, patience).toBe(1)
  await agent.client.removeSandbox({ ref: id, force: true })
  expect(await agent.client.listSandboxes({ all: true })).toEqual([])
})

test('what ended, or waited, while no agent was there is started by the next', async () => {
  const { id, pid } = await make('sleep 1000', 'always')
  const waiting = await make('exit 1', 'always')
  await expect.poll(async () => (await inspect(waiting.id)).restarts, patience).toBeGreaterThanOrEqual(3)
  await agent.murder()
  process.kill(pid ?? 0, 'SIGKILL')
  await agent.start()
  await expect.poll(async () => (await inspect(id)).restarts, patience).toBe(1)
  await expect.poll(async () => (await inspect(id)).state, patience).toBe('running')
  const before = (await inspect(waiting.id)).restarts
  await expect.poll(async () => (await inspect(waiting.id)).restarts, patience).toBeGreaterThan(before)
})

test('one that was being restarted while the agent died is started by the next, once', async () => {
  const { id, pid } = await make("trap '' TERM; while :; do sleep 1; done", 'no')
  const restarting = agent.client.restartSandbox({ ref: id, graceMs: 60_000 }).catch(() => null)
  await expect.poll(async () => (await inspect(id)).state, patience).toBe('stopping')
  await agent.murder()
  await restarting
  process.kill(pid ?? 0, 'SIGKILL')
  await agent.start()
  await expect.poll(async () => (await inspect(id)).state, patience).toBe('running')
  expect(await inspect(id)).toMatchObject({ restarts: 0, restartsAt: null })
  await agent.client.stopSandbox({ ref: id, graceMs: 0 })
  await agent.murder()
  await agent.start()
  expect(await inspect(id)).toMatchObject({ state: 'stopped', restartsAt: null })
})

test('forty that are killed at once all come back', async () => {
  const made = await Promise.all(Array.from({ length: 40 }, () => make('sleep 1000', 'unless-stopped')))
  for (const { pid } of made) process.kill(pid ?? 0, 'SIGKILL')
  const states = async () =>
    (await agent.client.listSandboxes({ all: true })).map(({ state, restarts }) => [state, restarts])
  await expect.poll(states, patience).toEqual(made.map(() => ['running', 1]))
})

test('a policy and removal at the end do not go together', async () => {
  await expect(make('true', 'always', { removeOnExit: true })).rejects.toMatchObject({
    wire: { reason: 'restart-and-remove' },
  })
})
