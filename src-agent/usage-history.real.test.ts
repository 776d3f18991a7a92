import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Limits } from '#contract/sandbox'
import type { UsageHistory, UsageMetric } from '#contract/usage-history'
import { readKernelText } from './base/kernel/kernel-text.ts'
import { createTestAgent, scriptSpec, type TestAgent } from './testing/test-agent.ts'

let agent: TestAgent
beforeAll(async () => {
  agent = createTestAgent()
  await agent.start()
})
afterAll(() => agent.dispose())

type Of = Partial<Parameters<TestAgent['client']['readUsageHistory']>[0]>

async function lastMinutes(of: Of): Promise<UsageHistory> {
  return agent.client.readUsageHistory({ since: new Date(Date.now() - 120_000).toISOString(), step: 1, ...of })
}

const known = (history: UsageHistory, metric: UsageMetric): number[] =>
  (history.columns.find((column) => column.metric === metric)?.max ?? []).filter((value) => value !== null)

/** Asks until it is so. */
async function until(what: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(200)) if (await what()) return
  throw new Error('It was not so within a minute.')
}

test('a load is seen in the history of its sandbox, its class and this machine, and outlives the agent and the sandbox', async () => {
  const load = 'dd if=/dev/zero of=/file bs=1M count=4; while :; do :; done'
  const { id } = await agent.client.createSandbox({
    spec: scriptSpec(load, { limits: Limits.parse({ cpus: 0.5, pids: 20 }) }),
  })
  await until(async () => known(await lastMinutes({ ref: id }), 'cpuThrottled').some((share) => share > 0))
  const own = await lastMinutes({ ref: id })
  const [cpu, limit] = [known(own, 'cpu'), known(own, 'cpuLimit')]
  expect(Math.max(...cpu)).toBeGreaterThan(0.2)
  expect(new Set(limit)).toEqual(new Set([0.5]))
  expect(Math.max(...known(own, 'cpuUser'), ...known(own, 'cpuSystem'))).toBeLessThanOrEqual(Math.max(...cpu) + 1e-4)
  expect(Math.max(...known(own, 'memory'))).toBeGreaterThan(0)
  expect(own.states.map(({ state }) => state)).toContain('running')
  expect(Math.max(...known(await lastMinutes({ class: 'container' }), 'cpu'))).toBeGreaterThan(0.2)
  const host = await lastMinutes({})
  expect(Math.max(...known(host, 'cpu'))).toBeGreaterThan(0.2)
  expect(Math.max(...known(host, 'memoryLimit'))).toBeGreaterThan(2 ** 28)

  const { pid } = await agent.client.readAgent({})
  await agent.client.stopAgent({ sandboxes: 'keep' })
  await until(async () => readKernelText(`/proc/${pid}/stat`) === null)
  await agent.start()
  const before = known(own, 'cpu').length
  expect(known(await lastMinutes({ ref: id }), 'cpu').length).toBeGreaterThanOrEqual(before)

  await agent.client.removeSandbox({ ref: id, force: true })
  const gone = await lastMinutes({ ref: id })
  expect(Math.max(...known(gone, 'cpu'))).toBeGreaterThan(0.2)
  const totals = await agent.client.readUsageTotals({ since: new Date(Date.now() - 3_600_000).toISOString() })
  const total = totals.find((each) => each.id === id)
  expect(total?.cpuSeconds).toBeGreaterThan(0.2)
  expect(total?.removed).toBe(true)
})

test('a process that is killed for its memory is in the history of its sandbox', async () => {
  const greedy = 'while :; do (tail /dev/zero); done'
  const spec = scriptSpec(greedy, { limits: Limits.parse({ memoryBytes: 24 * 2 ** 20 }) })
  const { id } = await agent.client.createSandbox({ spec })
  await until(async () => known(await lastMinutes({ ref: id }), 'oomKills').some((rate) => rate > 0))
  expect(Math.max(...known(await lastMinutes({ ref: id }), 'memoryLimit'))).toBe(24 * 2 ** 20)
  await agent.client.removeSandbox({ ref: id, force: true })
})

test('of what never was, and of a span that ends before it begins, nothing is told', async () => {
  const since = new Date().toISOString()
  await expect(agent.client.readUsageHistory({ ref: 'nobody', since })).rejects.toMatchObject({
    wire: { code: 'notFound' },
  })
  const until = new Date(Date.now() - 60_000).toISOString()
  await expect(agent.client.readUsageHistory({ since, until })).rejects.toMatchObject({
    wire: { reason: 'span-ends-before-it-begins' },
  })
})
