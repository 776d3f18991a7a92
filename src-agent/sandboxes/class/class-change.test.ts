import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { AppError } from '#contract/app-error'
import { shareOfMemory } from '../../engines/memory-ceiling.ts'
import type { DiskConverter } from '../../storage/ext4/ext4-disk.ts'
import { type Agent, addSandbox, createAgent, createFixture, type Fixture, id } from '../../testing/class-bench.ts'

// The guests of this test are made up, and so are their monitors.
vi.mock('../../base/kernel/host-process.ts', () => ({
  isMonitorOf: async () => true,
  handlesSignal: async () => true,
}))

/** A disk of one file, in the one form a folder and in the other a file. */
const converter: DiskConverter = {
  async makeDisk({ disk, from }) {
    if ('upper' in from) writeFileSync(disk, readFileSync(join(from.upper, 'note')))
  },
  async readDisk({ disk, upper }) {
    mkdirSync(upper)
    writeFileSync(join(upper, 'note'), readFileSync(disk))
  },
  async growDisk() {},
}
const { signal } = new AbortController()
let fixture: Fixture

beforeEach(() => {
  fixture = createFixture()
})
afterEach(() => fixture.dispose())

function fill(agent: Agent, text = 'kept'): void {
  const { upper, disk } = agent.services.folder.sandbox(id)
  if (agent.record().sandbox.class === 'microvm') writeFileSync(disk, text)
  else {
    mkdirSync(upper)
    writeFileSync(join(upper, 'note'), text)
  }
}

/** What the disk of the class on record holds, and that there is no other. */
function readDisk(agent: Agent): string {
  const { upper, disk, folder } = agent.services.folder.sandbox(id)
  const isImage = agent.record().sandbox.class === 'microvm'
  expect(existsSync(isImage ? upper : disk), 'the other form is gone').toBe(false)
  expect(readdirSync(folder).filter((name) => name.includes('.part'))).toEqual([])
  return readFileSync(isImage ? disk : join(upper, 'note'), 'utf8')
}

test.each([
  ['container', 'microvm'],
  ['microvm', 'gvisor'],
  ['container', 'gvisor'],
] as const)('a running sandbox goes from %s to %s with its disk', async (from, to) => {
  const agent = createAgent(fixture, { converter })
  addSandbox(agent, fixture, { class: from, runs: true })
  fill(agent)

  const { sandbox, fellBack, downMs } = await agent.change.set('box', to, signal)

  expect(sandbox).toMatchObject({ class: to, state: 'running', spec: { class: to } })
  expect(fellBack).toBeNull()
  expect(downMs).toBeGreaterThan(0)
  expect(readDisk(agent)).toBe('kept')
  expect(agent.record().change).toBeNull()
})

test('the limit of memory that nobody chose is that of the class, and one that was chosen stays', async () => {
  const agent = createAgent(fixture, { converter })
  addSandbox(agent, fixture, { class: 'microvm', runs: false })
  fill(agent)
  const memoryOf = async (to: 'gvisor' | 'microvm') =>
    (await agent.change.set('box', to, signal)).sandbox.spec.limits.memoryBytes
  agent.services.records.put({ ...agent.record(), memoryFromSettings: true })
  expect(await memoryOf('gvisor')).toBe(shareOfMemory(50))
  expect(await memoryOf('microvm')).toBeNull()
  agent.services.records.put({ ...agent.record(), memoryFromSettings: false })
  expect(await memoryOf('gvisor')).toBeNull()
})

test('one that is at rest stays at rest', async () => {
  const agent = createAgent(fixture, { converter })
  addSandbox(agent, fixture, { class: 'container', runs: false })
  fill(agent)
  const { sandbox, downMs } = await agent.change.set('box', 'microvm', signal)
  expect(sandbox).toMatchObject({ class: 'microvm', state: 'stopped' })
  expect(downMs).toBe(0)
  expect(fixture.starts).toEqual([])
  expect(readDisk(agent)).toBe('kept')
})

test.each([
  ['does not start', 'fails', 'The engine would not.'],
  ['ends at once', 'dies', 'It ended at once.'],
] as const)(
  'where the new class %s, the old one runs again with the old disk, and says why',
  async (_what, behaviour, why) => {
    const agent = createAgent(fixture, { converter })
    addSandbox(agent, fixture, { class: 'container', runs: true })
    fill(agent)
    fixture.behaviour.set('microvm', behaviour)

    const { sandbox, fellBack } = await agent.change.set('box', 'microvm', signal)

    expect(fellBack?.message).toContain(why)
    expect(sandbox).toMatchObject({ class: 'container', state: 'running' })
    expect(readDisk(agent)).toBe('kept')
  },
)

test('a main process that ends well right away has come up', async () => {
  const agent = createAgent(fixture, { converter })
  addSandbox(agent, fixture, { class: 'container', runs: true })
  fill(agent)
  fixture.behaviour.set('microvm', 'ends')
  const { sandbox, fellBack } = await agent.change.set('box', 'microvm', signal)
  expect(fellBack).toBeNull()
  expect(sandbox).toMatchObject({ class: 'microvm', state: 'stopped' })
})

test('one that is removed when it stops outlives the stop for the change', async () => {
  const agent = createAgent(fixture, { converter })
  addSandbox(agent, fixture, { class: 'container', runs: true, more: { removeOnExit: true } })
  fill(agent)
  const { sandbox } = await agent.change.set('box', 'gvisor', signal)
  expect(sandbox.state).toBe('running')
})

test('a disk that cannot be converted leaves everything as it was', async () => {
  const failing = {
    ...converter,
    makeDisk: () =>
      Promise.reject(new AppError({ code: 'unavailable', reason: 'no-space-to-convert', message: 'Full.' })),
  }
  const agent = createAgent(fixture, { converter: failing })
  addSandbox(agent, fixture, { class: 'container', runs: true })
  fill(agent)
  await expect(agent.change.set('box', 'microvm', signal)).rejects.toThrow('Full.')
  expect(agent.record()).toMatchObject({ change: null, sandbox: { class: 'container', state: 'running' } })
  expect(readDisk(agent)).toBe('kept')
})

test('a class that this machine does not offer is refused before anything stops', async () => {
  const agent = createAgent(fixture, { converter, offered: ['container'] })
  addSandbox(agent, fixture, { class: 'container', runs: true })
  fill(agent)
  await expect(agent.change.set('box', 'microvm', signal)).rejects.toMatchObject({
    wire: { reason: 'class-change-not-possible', params: { 'problems.0.reason': 'class-not-available' } },
  })
  expect(agent.record().sandbox.state).toBe('running')
  expect(fixture.starts).toEqual([])
})

const stepsForward = [
  'begun',
  'stopping',
  'stopped',
  'converting',
  'converted',
  'switched',
  'launched',
  'proven',
  'clearing',
  'cleared',
]
const stepsBack = ['reverting', 'reverted']

test.each([
  ...stepsForward.map((step) => [step, 'container', 'microvm', 'comes up'] as const),
  ...stepsForward.map((step) => [step, 'microvm', 'container', 'comes up'] as const),
  ...stepsBack.map((step) => [step, 'container', 'microvm', 'fails'] as const),
  ...stepsBack.map((step) => [step, 'microvm', 'gvisor', 'fails'] as const),
])('an agent that is killed at "%s" on the way from %s to %s, which %s, loses nothing', async (step, from, to, how) => {
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>()
  const killedAt = (name: string): Promise<void> | undefined => {
    if (name !== step) return undefined
    reach()
    return new Promise(() => {})
  }
  const killed = createAgent(fixture, { converter, step: killedAt })
  addSandbox(killed, fixture, { class: from, runs: true })
  fill(killed)
  if (how === 'fails') fixture.behaviour.set(to, 'fails')
  void killed.change.set('box', to, signal)
  await reached

  const next = createAgent(fixture, { converter })
  const messages = await next.restart()

  const { sandbox, change } = next.record()
  expect(change).toBeNull()
  expect([from, to]).toContain(sandbox.class)
  expect(sandbox.spec.class).toBe(sandbox.class)
  expect(sandbox.state).toBe('running')
  expect(fixture.guests.get(id)?.state).toBe('running')
  expect(readDisk(next)).toBe('kept')
  expect(messages.join('\n')).toContain('"box"')
})

test('a second change goes on where the first one was given up', async () => {
  const agent = createAgent(fixture, { converter })
  addSandbox(agent, fixture, { class: 'container', runs: false })
  fill(agent)
  const { upper } = agent.services.folder.sandbox(id)
  rmSync(`${upper}.part`, { force: true })
  agent.services.records.put({
    ...agent.record(),
    sandbox: { ...agent.record().sandbox, state: 'changing' },
    change: { from: 'container', to: 'gvisor', phase: 'converting', wasRunning: false, why: null },
  })
  const { sandbox } = await agent.change.set('box', 'microvm', signal)
  expect(sandbox).toMatchObject({ class: 'microvm', state: 'stopped' })
  expect(readDisk(agent)).toBe('kept')
})

test('what cannot even be taken back, because the disk is full, is as before once there is room', async () => {
  let isFull = false
  const agent = createAgent(fixture, {
    converter,
    step: (name) => {
      if (name === 'converting') isFull = true
    },
  })
  addSandbox(agent, fixture, { class: 'container', runs: true })
  fill(agent)
  const { records } = agent.services
  const { put } = records
  Object.assign(records, {
    put: (...args: Parameters<typeof put>) => {
      if (isFull) throw new Error('database or disk is full')
      return put(...args)
    },
  })
  await expect(agent.change.set('box', 'microvm', signal)).rejects.toThrow('full')
  expect(agent.record().sandbox.state).toBe('changing')
  isFull = false
  await expect.poll(() => agent.record().change).toBeNull()
  expect(agent.record().sandbox).toMatchObject({ class: 'container', state: 'running' })
  expect(readDisk(agent)).toBe('kept')
})
