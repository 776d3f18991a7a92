import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { run } from '../../base/process/run.ts'
import { createDiskConverter } from '../../storage/ext4/ext4-disk.ts'
import { type Agent, addSandbox, createAgent, createFixture, type Fixture, id } from '../../testing/class-bench.ts'
import { describeLayer } from '../../testing/layers/describe-layer.ts'
import { makeRandomLayer } from '../../testing/layers/random-layer.ts'

// The guests of this test are made up, and so are their monitors; the disks and their conversion are real.
vi.mock('../../base/kernel/host-process.ts', () => ({
  isMonitorOf: async () => true,
  handlesSignal: async () => true,
}))

const converter = createDiskConverter(run)
const { signal } = new AbortController()
let fixture: Fixture
let original: string

beforeEach(async () => {
  fixture = createFixture()
})
afterEach(() => fixture.dispose())

/** Puts a random tree into the form of the class, and keeps what it is like. */
async function fill(agent: Agent, seed: number): Promise<void> {
  const { upper, disk, folder } = agent.services.folder.sandbox(id)
  mkdirSync(folder, { recursive: true })
  await makeRandomLayer(upper, seed)
  original = await describeLayer(upper)
  if (agent.record().sandbox.class !== 'microvm') return
  await converter.makeDisk({ disk, from: { upper }, signal })
  rmSync(upper, { recursive: true })
}

async function describeDisk(agent: Agent): Promise<string> {
  const { upper, disk } = agent.services.folder.sandbox(id)
  const isImage = agent.record().sandbox.class === 'microvm'
  expect(existsSync(isImage ? upper : disk), 'the other form is gone').toBe(false)
  if (!isImage) return describeLayer(upper)
  const copy = join(fixture.home, 'copy')
  await converter.readDisk({ disk, upper: copy, signal })
  return describeLayer(copy)
}

test('through all classes and back, the disk stays what it is', async () => {
  const agent = createAgent(fixture, { converter })
  addSandbox(agent, fixture, { class: 'container', runs: true })
  await fill(agent, 77)
  for (const to of ['microvm', 'gvisor', 'container', 'microvm', 'container'] as const) {
    const { sandbox, fellBack } = await agent.change.set('box', to, signal)
    expect([sandbox.class, sandbox.state, fellBack]).toEqual([to, 'running', null])
  }
  expect(await describeDisk(agent)).toBe(original)
})

const steps = [
  'stopped',
  'converting',
  'converted',
  'switched',
  'launched',
  'clearing',
  'cleared',
  'reverting',
  'reverted',
]

test.each(
  steps.flatMap((step, index) => [
    [step, 'container', 'microvm', index] as const,
    [step, 'microvm', 'container', index + 100] as const,
  ]),
)('killed at "%s" on the way from %s to %s, a real tree is whole afterwards', async (step, from, to, seed) => {
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>()
  const stopAt = (name: string): Promise<void> | undefined => {
    if (name !== step) return undefined
    reach()
    return new Promise(() => {})
  }
  const killed = createAgent(fixture, { converter, step: stopAt })
  addSandbox(killed, fixture, { class: from, runs: true })
  await fill(killed, seed)
  if (step.startsWith('revert')) fixture.behaviour.set(to, 'dies')
  void killed.change.set('box', to, signal)
  await reached

  const next = createAgent(fixture, { converter })
  await next.restart()

  expect(next.record()).toMatchObject({ change: null, sandbox: { state: 'running' } })
  expect(await describeDisk(next)).toBe(original)
  expect(readdirSync(next.services.folder.sandbox(id).folder).filter((name) => name.includes('.part'))).toEqual([])
})

test('a conversion that is cut off in its midst by a new agent is begun anew', async () => {
  const agent = createAgent(fixture, { converter })
  addSandbox(agent, fixture, { class: 'container', runs: false })
  await fill(agent, 5)
  const { upper, disk } = agent.services.folder.sandbox(id)
  await run('cp', ['-a', upper, `${upper}.part`])
  await run('cp', ['/dev/null', `${disk}.part`])
  await run('cp', ['/dev/null', disk])
  await agent.change.set('box', 'microvm', signal)
  expect(await describeDisk(agent)).toBe(original)
})
