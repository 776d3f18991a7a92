import { expect, test, vi } from 'vitest'
import { IsolationView } from '#contract/isolation'
import type { SandboxId } from '#contract/sandbox'
import { host, makeObserved, makeWatched } from '../../testing/isolation/observations.ts'
import type { Disturbance } from '../contention/interference.ts'
import type { SamplerClock } from '../usage/sampler-clock.ts'
import type { Observed, Watched } from './facts/observed.ts'
import { createIsolation } from './service.ts'

const quiet: Disturbance = { pressures: [], interference: [], slotAdded: false }
const pressed = (cpu: number): Disturbance => ({
  ...quiet,
  pressures: [
    { id: makeWatched(1).id, cpu, memory: 0, io: 0, throttled: 0, cpuCores: 1, reclaim: null },
    { id: makeWatched(2).id, cpu: 0, memory: 0, io: 0, throttled: 0, cpuCores: 0, reclaim: null },
  ],
})

/** A host whose sandboxes, time and pressure the test sets. */
function setUp(...running: Watched[]) {
  let ms = 0
  const timers = new Set<() => void>()
  const clock: SamplerClock = {
    now: () => new Date(1_700_000_000_000 + ms),
    monotonicMs: () => ms,
    every(_, work) {
      timers.add(work)
      return () => timers.delete(work)
    },
  }
  const fixture = { running, disturbance: quiet, seen: new Map<string, Observed>() }
  const observe = vi.fn((watched: Watched): Observed | null => {
    const known = fixture.seen.get(watched.id)
    if (known) return known
    const observed = makeObserved(1, { watched })
    fixture.seen.set(watched.id, observed)
    return observed
  })
  const readFilter = vi.fn(async () => null)
  const errors: unknown[] = []
  const service = createIsolation({
    list: () => fixture.running,
    observer: { host, begin: () => {}, observe, keep: () => {} },
    meter: { measure: async () => fixture.disturbance, history: () => [], rest: () => {} },
    readFilter,
    agentSockets: [],
    isPrivileged: true,
    clock,
    onError: (error) => errors.push(error),
  })
  const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1))
  const passSecond = async (): Promise<void> => {
    ms += 1_000
    for (const work of [...timers]) work()
    await settle()
  }
  return { fixture, service, observe, readFilter, errors, timers, passSecond, settle }
}

test('a view comes at once, keeps the contract, and comes again only when something has changed', async () => {
  const { service, fixture, passSecond, settle } = setUp(makeWatched(1), makeWatched(2))
  const views: IsolationView[] = []
  service.subscribe(undefined, (view) => views.push(IsolationView.parse(view)) > 0)
  await settle()
  await passSecond()
  await passSecond()
  expect(views).toHaveLength(1)
  fixture.running = [makeWatched(1)]
  await passSecond()
  expect(views.map(({ sandboxes }) => sandboxes.length)).toEqual([2, 1])
  fixture.disturbance = pressed(0.5)
  await passSecond()
  expect(views.at(-1)?.pressures[0]?.cpu).toBe(0.5)
  service.close()
})

test('nothing is read while nobody listens', async () => {
  const { service, observe, timers, passSecond, settle } = setUp(makeWatched(1))
  await passSecond()
  expect([observe.mock.calls.length, timers.size]).toEqual([0, 0])
  const undo = service.subscribe(undefined, () => true)
  await settle()
  await passSecond()
  expect(observe).toHaveBeenCalledTimes(2)
  undo()
  await passSecond()
  await passSecond()
  expect([observe.mock.calls.length, timers.size]).toEqual([2, 0])
})

test('who follows one sandbox gets its facts and what is around it, and nothing of others’ pressure', async () => {
  const { service, fixture, passSecond, settle } = setUp(makeWatched(1), makeWatched(2))
  const views: IsolationView[] = []
  service.subscribe(makeWatched(2).id, (view) => views.push(view) > 0)
  await settle()
  expect(views[0]?.sandboxes.map(({ name, facts }) => [name, facts.length > 10])).toEqual([['box-2', true]])
  expect(views[0]?.nodes.some(({ id }) => id === `sandbox:${makeWatched(1).id}`)).toBe(false)
  fixture.disturbance = pressed(0)
  await passSecond()
  fixture.disturbance = pressed(0.9)
  await passSecond()
  expect(views).toHaveLength(2)
  service.close()
})

test('one that has no room for a view gets the next', async () => {
  const { service, passSecond, settle } = setUp(makeWatched(1))
  let room = false
  const listener = vi.fn(() => room)
  service.subscribe(undefined, listener)
  await settle()
  room = true
  await passSecond()
  await passSecond()
  expect(listener).toHaveBeenCalledTimes(2)
  service.close()
})

test('a listener that throws is dropped, and the others go on', async () => {
  const { service, fixture, errors, passSecond, settle } = setUp(makeWatched(1))
  service.subscribe(undefined, () => {
    throw new Error('gone')
  })
  const other = vi.fn(() => true)
  service.subscribe(undefined, other)
  await settle()
  fixture.running = []
  await passSecond()
  expect(errors).toHaveLength(1)
  expect(other).toHaveBeenCalledTimes(2)
  service.close()
})

test('the packet filter is read again when a network may have changed, and its failure is no end', async () => {
  const { service, fixture, errors, readFilter, passSecond, settle } = setUp(makeWatched(1))
  readFilter.mockRejectedValueOnce(new Error('no nft'))
  const listener = vi.fn(() => true)
  service.subscribe(undefined, listener)
  await settle()
  await passSecond()
  expect([readFilter.mock.calls.length, errors.length, listener.mock.calls.length]).toEqual([1, 1, 1])
  fixture.running = [makeWatched(1, { networks: ['web'] })]
  await passSecond()
  expect(readFilter).toHaveBeenCalledTimes(2)
  service.close()
})

test('a node that is not there is not found, one that is has a radius', async () => {
  const { service } = setUp(makeWatched(1))
  await expect(service.blast('sandbox:x')).rejects.toMatchObject({ wire: { code: 'notFound', reason: 'node-unknown' } })
  const { reached } = await service.blast(`sandbox:${makeWatched(1).id}`)
  expect(reached.map(({ node }) => node)).toContain('host-kernel')
})

test('a question about one that does not run is answered with an empty view', async () => {
  const { service } = setUp(makeWatched(1))
  const view = IsolationView.parse(await service.read('ffffffffffff' as SandboxId))
  expect([view.sandboxes, view.nodes]).toEqual([[], []])
  service.close()
})
