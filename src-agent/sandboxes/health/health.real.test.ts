import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openStream } from '#contract/client/open-stream'
import { HealthCheck } from '#contract/health'
import { type AgentEvent, eventStream } from '#contract/observe'
import { dockerArchive } from '../../testing/images/image-builder.ts'
import { baseOf } from '../../testing/images/image-of-parts.ts'
import { createTestAgent, scriptSpec, type TestAgent } from '../../testing/test-agent.ts'

const folder = mkdtempSync(join(tmpdir(), 'joey-health-'))
let agent: TestAgent

beforeAll(async () => {
  agent = createTestAgent()
  await agent.start()
  const path = join(folder, 'checked.tar')
  const Healthcheck = { Test: ['CMD-SHELL', 'echo from the image'], Interval: 200_000_000 }
  writeFileSync(path, dockerArchive({ layers: [baseOf('all')], tags: ['checked:1'], config: { Healthcheck } }))
  await agent.client.importImage({ path })
})
afterAll(async () => {
  await agent.dispose()
  rmSync(folder, { recursive: true, force: true })
}, 120_000)

const patience = { timeout: 60_000, interval: 50 }
const inspect = (ref: string) => agent.client.inspectSandbox({ ref })
const healthOf = async (ref: string) => (await inspect(ref)).health
const latestOf = async (ref: string) => (await inspect(ref)).healthLog.latest
const shell = async (ref: string, line: string) =>
  (await agent.exec(ref, { argv: ['sh', '-c', line] })).stdout.toString('utf8')
/** However long its first success takes, it does not become unhealthy before. */
const patientStart = { startPeriodMs: 600_000, startIntervalMs: 200 }
const checkBy = (line: string, more: object = {}) =>
  HealthCheck.parse({ command: ['/bin/sh', '-c', line], intervalMs: 200, retries: 2, ...patientStart, ...more })
const make = (script: string, healthCheck: HealthCheck | null, more: object = {}) =>
  agent.client.createSandbox({ spec: scriptSpec(script, { healthCheck, ...more }) })
const remove = (ref: string) => agent.client.removeSandbox({ ref, force: true })

/** How the health of a sandbox changed, as events told it. */
function followHealthOf(ref: string) {
  const seen: (string | null)[] = []
  const socket = openStream(agent.place, eventStream, {})
  const opened = new Promise<void>((resolve) => socket.once('message', () => resolve()))
  socket.on('message', (data: Buffer) => {
    const event = JSON.parse(data.toString('utf8')) as AgentEvent
    if (event.type !== 'sandbox.changed' || event.sandbox.name !== ref) return
    if (event.sandbox.health !== seen.at(-1)) seen.push(event.sandbox.health)
  })
  return { seen, opened, close: () => socket.close() }
}

describe.each(['container', 'gvisor', 'microvm'] as const)('checks of health in the class %s', (own) => {
  test('say when it becomes healthy and unhealthy, each as an event, with the last five kept', {
    timeout: 180_000,
  }, async () => {
    const name = `checked-${own}`
    const events = followHealthOf(name)
    await events.opened
    const { id, health } = await agent.client.createSandbox({
      name,
      spec: scriptSpec('touch /ok; sleep 1000', {
        class: own,
        healthCheck: checkBy('cat /ok && echo fine || { echo lost >&2; exit 3; }'),
      }),
    })
    expect(health).toBe('starting')
    await agent.client.awaitSandbox({ ref: id, condition: 'healthy' })
    expect((await latestOf(id)).at(-1)).toMatchObject({ code: 0, timedOut: false, output: 'fine\n' })
    await shell(id, 'rm /ok')
    await expect.poll(() => healthOf(id), patience).toBe('unhealthy')
    await expect(agent.client.awaitSandbox({ ref: id, condition: 'healthy' })).rejects.toMatchObject({
      wire: { reason: 'sandbox-not-healthy', params: { why: 'unhealthy' } },
    })
    const { healthLog } = await inspect(id)
    expect(healthLog.failingStreak).toBeGreaterThanOrEqual(2)
    expect(healthLog.latest.at(-1)).toMatchObject({ code: 3, timedOut: false })
    expect(healthLog.latest.at(-1)?.output).toContain('lost')
    await shell(id, 'touch /ok')
    await agent.client.awaitSandbox({ ref: id, condition: 'running' })
    await expect.poll(() => healthOf(id), patience).toBe('healthy')
    await expect.poll(async () => (await latestOf(id)).length, patience).toBe(5)
    await agent.client.stopSandbox({ ref: id, graceMs: 0 })
    expect(await inspect(id)).toMatchObject({ health: null, healthLog: { latest: expect.any(Array) } })
    await expect.poll(() => events.seen, patience).toEqual([null, 'starting', 'healthy', 'unhealthy', 'healthy', null])
    events.close()
    await remove(id)
  })

  test('that hang are ended with what they started, one after the other', { timeout: 180_000 }, async () => {
    const { id } = await make(
      'sleep 1000',
      checkBy('sleep 7777 & sleep 7778', { timeoutMs: 500, retries: 1, startPeriodMs: 0 }),
      {
        class: own,
      },
    )
    await expect.poll(async () => (await latestOf(id)).length, { ...patience, timeout: 120_000 }).toBeGreaterThan(2)
    expect((await latestOf(id)).at(-1)).toMatchObject({ code: null, timedOut: true })
    expect(await healthOf(id)).toBe('unhealthy')
    for (const program of ['7777', '7778']) {
      const count = Number(await shell(id, `ps | grep -c '[s]leep ${program}'`))
      expect(count).toBeLessThanOrEqual(1)
    }
    await remove(id)
  })

  test('of the image are made, unless the sandbox says otherwise', { timeout: 180_000 }, async () => {
    const spec = { image: 'checked:1', class: own, command: ['sleep', '1000'], network: 'none' as const }
    const [asImage, without] = await Promise.all([
      agent.client.createSandbox({ spec }),
      agent.client.createSandbox({ spec: { ...spec, healthCheck: { command: [] } } }),
    ])
    await agent.client.awaitSandbox({ ref: asImage.id, condition: 'healthy' })
    expect((await latestOf(asImage.id)).at(-1)?.output).toBe('from the image\n')
    expect(without.health).toBeNull()
    await expect(agent.client.awaitSandbox({ ref: without.id, condition: 'healthy' })).rejects.toMatchObject({
      wire: { params: { why: 'no-check' } },
    })
    for (const { id } of [asImage, without]) await remove(id)
  })

  test('are not made while it is paused, and go on afterwards', { timeout: 180_000 }, async () => {
    const often = checkBy('true', { intervalMs: 100 })
    const [paused, clock] = await Promise.all([make('sleep 1000', often, { class: own }), make('sleep 1000', often)])
    await agent.client.awaitSandbox({ ref: paused.id, condition: 'healthy' })
    await agent.client.pauseSandbox({ ref: paused.id })
    const before = await latestOf(paused.id)
    const since = new Date().toISOString()
    const passed = async () => (await latestOf(clock.id)).filter(({ startedAt }) => startedAt > since).length
    await expect.poll(passed, patience).toBe(5)
    expect(await latestOf(paused.id)).toEqual(before)
    expect(await healthOf(paused.id)).toBe('healthy')
    await agent.client.resumeSandbox({ ref: paused.id })
    await expect
      .poll(async () => (await latestOf(paused.id)).at(-1)?.startedAt, patience)
      .not.toBe(before.at(-1)?.startedAt)
    for (const { id } of [paused, clock]) await remove(id)
  })
})

test('what checks have shown outlives the agent, and the next goes on', async () => {
  const { id } = await make('touch /ok; sleep 1000', checkBy('test -e /ok', { intervalMs: 300 }))
  await agent.client.awaitSandbox({ ref: id, condition: 'healthy' })
  await agent.murder()
  await agent.start()
  expect(await inspect(id)).toMatchObject({ state: 'running', health: 'healthy' })
  expect((await latestOf(id)).length).toBeGreaterThan(0)
  await shell(id, 'rm /ok')
  await expect.poll(() => healthOf(id), patience).toBe('unhealthy')
  await remove(id)
})

test('failures in the start period do not count, and a program that is not there fails with its words', async () => {
  const { id } = await make(
    'sleep 1000',
    HealthCheck.parse({
      command: ['/not/here'],
      intervalMs: 200,
      startIntervalMs: 100,
      retries: 1,
      startPeriodMs: 3_600_000,
    }),
  )
  await expect.poll(async () => (await latestOf(id)).length, patience).toBeGreaterThan(2)
  expect(await inspect(id)).toMatchObject({ health: 'starting', healthLog: { failingStreak: 0 } })
  expect((await latestOf(id)).at(-1)).toMatchObject({ code: 127, output: expect.stringContaining('/not/here') })
  await remove(id)
})

test('what a check prints without end is kept to 4 KiB', async () => {
  const { id } = await make('sleep 1000', checkBy('yes | head -c 9000000'))
  await agent.client.awaitSandbox({ ref: id, condition: 'healthy' })
  expect((await latestOf(id)).at(-1)?.output).toBe('y\n'.repeat(2048))
  await remove(id)
})

test('one cannot wait for the health of a sandbox that ends', async () => {
  const ending = await make('exit 3', checkBy('true', { intervalMs: 60_000 }))
  await expect(agent.client.awaitSandbox({ ref: ending.id, condition: 'healthy' })).rejects.toMatchObject({
    wire: { params: { why: 'ended' } },
  })
  await remove(ending.id)
})
