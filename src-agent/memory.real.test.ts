import { readFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openCgroups } from './base/kernel/cgroup-hierarchy.ts'
import { shareOfMemory } from './engines/memory-ceiling.ts'
import { createTestAgent, scriptSpec, type TestAgent } from './testing/test-agent.ts'

const mebibyte = 2 ** 20
let agent: TestAgent
beforeAll(async () => {
  agent = createTestAgent()
  await agent.start()
})
afterAll(() => agent.dispose())

/** The memory cgroup of a process, as its kernel names it. */
function memoryCgroup(pid: number): string {
  const text = readFileSync(`/proc/${pid}/cgroup`, 'utf8')
  return /^(?:\d+:memory|0:):(\S+)$/m.exec(text)?.[1] ?? ''
}

const limitOf = (cgroup: string) => {
  const { version, read } = openCgroups()
  return Number(read('memory', cgroup, version === 'v2' ? 'memory.max' : 'memory.limit_in_bytes')?.trim())
}

test('a container for which no limit was given has that of the settings, and one that asked for none has none', async () => {
  const spec = { image: 'busybox', command: ['sleep', '1000'] }
  const usual = await agent.client.createSandbox({ spec })
  expect(usual.spec.limits.memoryBytes).toBe(shareOfMemory(50))
  expect(limitOf(memoryCgroup(usual.pid ?? 0))).toBe(shareOfMemory(50))
  const free = await agent.client.createSandbox({ spec: { ...spec, limits: { memoryBytes: null } } })
  expect(free.spec.limits.memoryBytes).toBeNull()
  await agent.client.updateSettings({ defaultMemoryPercent: 10 })
  expect((await agent.client.inspectSandbox({ ref: usual.id })).spec.limits.memoryBytes).toBe(shareOfMemory(50))
  const later = await agent.client.createSandbox({ spec })
  expect(later.spec.limits.memoryBytes).toBe(shareOfMemory(10))
  for (const { id } of [usual, free, later]) await agent.client.removeSandbox({ ref: id, force: true })
})

test('all together have a ceiling, which changes while they run', async () => {
  const { id, pid } = await agent.client.createSandbox({ spec: scriptSpec('sleep 1000') })
  const parent = memoryCgroup(pid ?? 0).replace(/\/[^/]+$/, '')
  expect(limitOf(parent)).toBe(shareOfMemory(80))
  await agent.client.updateSettings({ totalMemoryPercent: 10 })
  expect(limitOf(parent)).toBe(shareOfMemory(10))
  const { findings } = await agent.client.examineHost({})
  expect(findings.find((finding) => finding.id === 'memory-ceiling')).toMatchObject({ level: 'ok' })
  await agent.client.removeSandbox({ ref: id, force: true })
})

test('where several together pass the ceiling, the one that takes most is ended and the agent works on', async () => {
  await agent.client.updateSettings({ totalMemoryPercent: 10 })
  const free = { limits: { memoryBytes: null } }
  const quiet = await agent.client.createSandbox({ spec: { ...scriptSpec('sleep 1000'), ...free } })
  // It keeps the last of what never ends.
  const bytes = Math.ceil(totalmem() / 10 / mebibyte) + 64
  const hog = await agent.client.createSandbox({
    spec: { ...scriptSpec(`tail -c ${bytes}m /dev/zero >/dev/null`), ...free },
  })
  const { exit } = await agent.client.waitSandbox({ ref: hog.id })
  expect(exit?.code).not.toBe(0)
  expect(await agent.client.inspectSandbox({ ref: quiet.id })).toMatchObject({ state: 'running' })
  for (const { id } of [quiet, hog]) await agent.client.removeSandbox({ ref: id, force: true })
})
