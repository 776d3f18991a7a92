import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { namedLayers } from '../sandboxes/layer-references.ts'
import { addSandbox, createFixture, type Fixture, id } from '../testing/class-bench.ts'
import { createSnapshotBench, dieAt, type SnapshotBench } from '../testing/snapshots/snapshot-bench.ts'

// The guests of this test are made up, and so are their monitors; records and layers are real.
vi.mock('../base/kernel/host-process.ts', () => ({ isMonitorOf: async () => true, handlesSignal: async () => true }))

const { signal } = new AbortController()
let fixture: Fixture

beforeEach(() => {
  fixture = createFixture()
})
afterEach(() => fixture.dispose())

type Bench = SnapshotBench

/**
 * Until the agent has died in its work; what ends the work before is reported. What it had going on beside that is let to its end:
 * in one process with the next agent it would go on writing records, which the dead do not.
 */
async function death(killed: Bench, reached: Promise<void>, work: Promise<unknown>): Promise<void> {
  const early = work.then(() => {
    throw new Error('It was done before it died.')
  })
  await Promise.race([reached, early])
  await killed.services.background.settled()
}

function setUp(bench: Bench, runs: boolean): void {
  addSandbox({ services: bench.services } as never, fixture, { class: 'container', runs })
  write(bench, 'first')
}

function write(bench: Bench, text: string): void {
  const { upper } = bench.services.folder.sandbox(id)
  mkdirSync(upper, { recursive: true })
  writeFileSync(join(upper, 'note'), text)
}

function recordOf(bench: Bench) {
  const record = bench.services.records.get(id)
  if (!record) throw new Error('The sandbox is gone.')
  return record
}

/** What the guest would see: the note of the topmost layer that has one. */
function readNote(bench: Bench, layers = recordOf(bench).layers, withUpper = true): string {
  const { upper } = bench.services.folder.sandbox(id)
  const places = [...(withUpper ? [upper] : []), ...layers.map((layer) => join(fixture.home, 'layers', layer, 'tree'))]
  const found = places.map((place) => join(place, 'note')).find((path) => existsSync(path))
  return found === undefined ? '' : readFileSync(found, 'utf8')
}

/** Nothing half made is left, and no record names what is not there. */
function expectWhole(bench: Bench): void {
  const { records, snapshotRecords: snapshots } = bench.services
  for (const { snapshot, making } of snapshots.all()) expect([snapshot.state, making]).toEqual(['ready', undefined])
  const ids = new Set(snapshots.all().map(({ snapshot }) => snapshot.id))
  const parents = [...records.all().map(({ sandbox }) => sandbox), ...snapshots.all().map(({ snapshot }) => snapshot)]
  for (const { parentId } of parents) if (parentId !== null) expect(ids).toContain(parentId)
  const folder = join(fixture.home, 'layers')
  const there = existsSync(folder) ? readdirSync(folder).sort() : []
  expect(there).toEqual([...namedLayers(bench.services)].sort())
  for (const { staleDisk, restore } of records.all()) expect([staleDisk, restore]).toEqual([false, null])
}

const takeSteps = ['begun', 'made', 'finished', 'taken-back']

test.each(takeSteps.flatMap((step) => [[step, false] as const, [step, true] as const]))(
  'killed at "%s" of a snapshot (of a running one: %s), nothing is lost and nothing is left over',
  async (step, runs) => {
    const { step: hook, reached } = dieAt(step)
    const failing = step === 'taken-back'
    const killed = createSnapshotBench(fixture, (name) => {
      if (failing && name === 'made') throw new Error('The disk is full.')
      return hook(name)
    })
    setUp(killed, runs)
    const work = killed.snapshots.take({ ref: 'box', reason: 'manual', live: false, name: 's' }, signal)
    // A writable layer that was moved is not moved back: there is no such step then.
    if (failing && !runs) return expect((await work.catch(() => null)) ?? recordOf(killed).layers).toHaveLength(1)
    await death(killed, reached, work)

    const next = createSnapshotBench(fixture)
    await next.restart()

    expectWhole(next)
    expect(readNote(next)).toBe('first')
    expect(recordOf(next).sandbox.state).toBe(runs ? 'running' : 'stopped')
    const made = next.services.snapshotRecords.all()
    for (const each of made) expect(readNote(next, each.layers, false)).toBe('first')
    const isFinished = step === 'finished' || (step === 'made' && !runs)
    if (isFinished) expect(made).toHaveLength(1)
    await next.snapshots.take({ ref: 'box', reason: 'manual', live: false, name: 'again' }, signal)
    expectWhole(next)
  },
)

const restoreSteps = ['begun', 'stopped', 'made', 'finished', 'switched', 'cleared', 'launched']

test.each(
  restoreSteps.flatMap((step) => [
    [step, true, true] as const,
    [step, false, true] as const,
    [step, true, false] as const,
  ]),
)(
  'killed at "%s" of a restore (of a running one: %s, keeping the old: %s), it is as before or as after',
  async (step, runs, keep) => {
    if (step === 'launched' && !runs) return
    if (!keep && ['made', 'finished'].includes(step)) return
    const first = createSnapshotBench(fixture)
    setUp(first, false)
    await first.snapshots.take({ ref: 'box', reason: 'manual', live: false, name: 's' }, signal)
    write(first, 'second')
    if (runs) await first.sandboxes.start('box', signal)
    await first.services.background.settled()
    const { step: hook, reached } = dieAt(step)
    const killed = createSnapshotBench(fixture, hook)
    await death(killed, reached, killed.snapshots.handlers.restoreSnapshot({ ref: 'box@s', keep }, signal))

    const next = createSnapshotBench(fixture)
    await next.restart()

    expectWhole(next)
    const isAfter = ['switched', 'cleared', 'launched'].includes(step)
    expect(readNote(next)).toBe(isAfter ? 'first' : 'second')
    expect(recordOf(next).sandbox.state).toBe(runs ? 'running' : 'stopped')
    const kept = next.services.snapshotRecords.all().find(({ snapshot }) => snapshot.reason === 'before-restore')
    if (kept) expect(readNote(next, kept.layers, false)).toBe('second')
    if (isAfter && keep) expect(kept).toBeDefined()
  },
)

test.each(['fork-begun', 'fork-prepared'])('killed at "%s" of a fork, no half of one is left', async (step) => {
  const { step: hook, reached } = dieAt(step)
  const killed = createSnapshotBench(fixture, hook)
  setUp(killed, false)
  await killed.snapshots.take({ ref: 'box', reason: 'manual', live: false, name: 's' }, signal)
  await death(
    killed,
    reached,
    killed.snapshots.handlers.forkSandboxes({ snapshot: 'box@s', count: 2, prefix: 'copy', start: true }, signal),
  )
  const next = createSnapshotBench(fixture)
  await next.restart()
  expectWhole(next)
  expect(next.services.records.all().map(({ sandbox }) => sandbox.name)).toEqual(['box'])
  expect(readdirSync(join(fixture.home, 'sandboxes'))).toEqual([id])
})

test('killed after a snapshot in the middle was removed from the records, its layers are as if it had never been', async () => {
  const { step: hook, reached } = dieAt('removed')
  const killed = createSnapshotBench(fixture, hook)
  setUp(killed, false)
  const take = (name: string) => killed.snapshots.take({ ref: 'box', reason: 'manual', live: false, name }, signal)
  const one = await take('one')
  write(killed, 'second')
  const two = await take('two')
  write(killed, 'third')
  const three = await take('three')
  await death(killed, reached, killed.snapshots.remove(two.id))
  const next = createSnapshotBench(fixture)
  await next.restart()
  expectWhole(next)
  expect(next.services.snapshotRecords.get(three.id)?.snapshot.parentId).toBe(one.id)
  expect(readNote(next)).toBe('third')
  // All snapshots and the sandbox are gone: so is every layer.
  await next.snapshots.remove(three.id)
  await next.snapshots.remove(one.id)
  await next.sandboxes.remove('box', true)
  expect(readdirSync(join(fixture.home, 'layers'))).toEqual([])
})

/** Engines that save memory as a file, and hold the guest still meanwhile. */
function giveMemory(bench: Bench, engineEnds: boolean): void {
  const driver = bench.services.drivers.get('container')
  const hold = (state: 'paused' | 'running' | 'stopped') => fixture.guests.set(id, { state, ending: null })
  Object.assign(driver ?? {}, {
    stateKey: 'fake',
    refusesSave: () => null,
    async saveState(_plan: unknown, folder: string, { atRest }: { atRest(): Promise<void> }) {
      hold(engineEnds ? 'stopped' : 'paused')
      writeFileSync(join(folder, 'memory'), 'all of it')
      await atRest()
      hold('running')
      return { pauseMs: 1, running: { pid: process.pid, monitorPid: process.pid } }
    },
    async restoreState() {
      hold('running')
      return { pid: process.pid, monitorPid: process.pid }
    },
  })
}

test.each([
  ['saving', false, 'running'],
  ['saved', false, 'running'],
  ['resting', false, 'running'],
  ['resting', true, 'stopped'],
  ['made', false, 'running'],
] as const)(
  'killed at "%s" of saving memory (its engine ends with it: %s), it is %s afterwards',
  async (step, engineEnds, state) => {
    const { step: hook, reached } = dieAt(step)
    const killed = createSnapshotBench(fixture, hook)
    setUp(killed, true)
    giveMemory(killed, engineEnds)
    await death(killed, reached, killed.snapshots.take({ ref: 'box', reason: 'manual', live: true, name: 's' }, signal))

    const next = createSnapshotBench(fixture)
    giveMemory(next, engineEnds)
    await next.restart()

    expectWhole(next)
    expect(readNote(next)).toBe('first')
    expect(recordOf(next).sandbox.state).toBe(state)
    expect(fixture.guests.get(id)?.state ?? 'gone').toBe(state === 'running' ? 'running' : 'gone')
    if (state === 'stopped') expect(recordOf(next).sandbox.exit?.message).toContain('while its memory was being saved')
    expect(next.services.snapshotRecords.all()).toEqual([])
    expect(readdirSync(join(fixture.home, 'snapshots'))).toEqual([])
  },
)

test('memory that cannot be saved leaves the sandbox running, and nothing else', async () => {
  const bench = createSnapshotBench(fixture, (name) => {
    if (name === 'resting') throw new Error('The disk is full.')
  })
  setUp(bench, true)
  giveMemory(bench, false)
  await expect(bench.snapshots.take({ ref: 'box', reason: 'manual', live: true, name: 's' }, signal)).rejects.toThrow(
    'full',
  )
  expectWhole(bench)
  expect(recordOf(bench).sandbox).toMatchObject({ state: 'running', parentId: null })
  expect(fixture.guests.get(id)?.state).toBe('running')
})
