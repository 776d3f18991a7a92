import { expect, test, vi } from 'vitest'
import { UsageSample } from '#contract/observe'
import type { SandboxId } from '#contract/sandbox'
import { noUsage } from '../../testing/metrics/no-usage.ts'
import type { RawUsage } from './raw-usage.ts'
import { createSampler } from './sampler.ts'
import type { SamplerClock } from './sampler-clock.ts'
import type { Sampled } from './usage-sample.ts'

const id = (digit: string): SandboxId => digit.repeat(12) as SandboxId

const idle: RawUsage = { ...noUsage, memoryBytes: 1, pids: 1 }

function sandbox(digit: string, pid = 10): Sampled {
  const limits = { memoryBytes: 64 * 2 ** 20, cpus: null, pids: null }
  return { id: id(digit), cgroup: `/joey/${digit}`, pid, limits }
}

/** A host whose time and counters the test sets. */
function setUp(...running: Sampled[]) {
  let ms = 0
  const timers = new Set<{ ms: number; work: () => void }>()
  const clock: SamplerClock = {
    now: () => new Date(1_700_000_000_000 + ms),
    monotonicMs: () => ms,
    every(interval, work) {
      const timer = { ms: interval, work }
      timers.add(timer)
      return () => timers.delete(timer)
    },
  }
  const counters = new Map<string, RawUsage | null>()
  const read = vi.fn(async (cgroup: string) => counters.get(cgroup) ?? (counters.has(cgroup) ? null : idle))
  const host = { running, counters, read, timers }
  const onListenerError = vi.fn()
  const recorder = {
    measured: vi.fn((_sandbox: Sampled) => undefined),
    finished: vi.fn((_running: readonly Sampled[]) => undefined),
  }
  const sampler = createSampler({
    reader: { version: 'v2', startRound: () => undefined, read },
    list: () => host.running,
    clock,
    recorder,
    onListenerError,
  })
  const passSecond = async (elapsedMs = 1_000): Promise<void> => {
    ms += elapsedMs
    for (const timer of [...timers]) timer.work()
    await new Promise((resolve) => setImmediate(resolve))
  }
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
  return { host, sampler, passSecond, settle, onListenerError, recorder }
}

test('rates are over the time that really passed', async () => {
  const { host, sampler, passSecond, settle } = setUp(sandbox('a'))
  const seen: UsageSample[] = []
  sampler.subscribe((samples) => seen.push(...samples))
  await settle()
  host.counters.set('/joey/a', { ...idle, cpuUs: 600_000, periods: 10, throttledPeriods: 4 })
  await passSecond(2_000)
  expect(seen).toEqual([
    expect.objectContaining({ cpuCores: 0.3, cpuTotalUs: 600_000, cpuThrottled: 0.4, memoryLimitBytes: 64 * 2 ** 20 }),
  ])
  expect(UsageSample.parse(seen[0])).toEqual(seen[0])
})

test('what the engine uses itself is counted apart, is never more than all, and its failure costs no sample', async () => {
  const read = async () => ({ ...idle, memoryBytes: 30_000_000 })
  let reported: () => number | null = () => 20_000_000
  const engineMemory = async () => reported()
  const ticks: (() => void)[] = []
  let ms = 0
  const clock: SamplerClock = {
    now: () => new Date(),
    monotonicMs: () => ms,
    every: (_ms, work) => {
      ticks.push(work)
      return () => undefined
    },
  }
  const sampler = createSampler({
    reader: { version: 'v2', startRound: () => undefined, read },
    list: () => [sandbox('a')],
    engineMemory,
    clock,
  })
  const seen: (number | null)[] = []
  sampler.subscribe((samples) => seen.push(...samples.map((sample) => sample.engineMemoryBytes)))
  const pass = async () => {
    ms += 1_000
    await new Promise((resolve) => setImmediate(resolve))
    for (const tick of ticks) tick()
    await new Promise((resolve) => setImmediate(resolve))
  }
  await pass()
  reported = () => 40_000_000
  await pass()
  reported = () => {
    throw new Error('gone')
  }
  await pass()
  expect(seen).toEqual([20_000_000, 30_000_000, null])
  const remembered: (number | null)[] = []
  sampler.subscribe((samples) => remembered.push(...samples.map((sample) => sample.engineMemoryBytes)), {
    history: true,
  })
  expect(remembered).toEqual(seen)
})

test('nothing is read while no sandbox runs', async () => {
  const { host, sampler, passSecond, settle } = setUp()
  sampler.subscribe(() => {})
  await settle()
  expect(host.timers.size).toBe(0)
  host.running = [sandbox('a')]
  sampler.refresh()
  await settle()
  await passSecond()
  host.running = []
  await passSecond()
  expect(host.timers.size).toBe(0)
  expect(host.read).toHaveBeenCalledTimes(2)
})

test('a sandbox that ends between two reads is left out, and the others go on', async () => {
  const { host, sampler, passSecond, settle } = setUp(sandbox('a'), sandbox('b'))
  const seen: string[] = []
  sampler.subscribe((samples) => seen.push(...samples.map((sample) => sample.id)))
  await settle()
  host.counters.set('/joey/a', null)
  await passSecond()
  expect(seen).toEqual([id('b')])
})

test('a new run of the same sandbox starts from nothing', async () => {
  const { host, sampler, passSecond, settle } = setUp(sandbox('a', 10))
  sampler.refresh()
  host.counters.set('/joey/a', { ...idle, cpuUs: 5_000_000 })
  await settle()
  await passSecond()
  host.running = [sandbox('a', 11)]
  host.counters.set('/joey/a', { ...idle, cpuUs: 100_000 })
  await passSecond()
  host.counters.set('/joey/a', { ...idle, cpuUs: 600_000 })
  await passSecond()
  expect(await sampler.now()).toEqual([expect.objectContaining({ cpuCores: 0.5, cpuTotalUs: 600_000 })])
})

test('sums that fall are not shown falling', async () => {
  const { host, sampler, passSecond, settle } = setUp(sandbox('a'))
  host.counters.set('/joey/a', { ...idle, ioReadBytes: 900 })
  sampler.refresh()
  await settle()
  host.counters.set('/joey/a', { ...idle, ioReadBytes: 300 })
  await passSecond()
  expect(await sampler.now(id('a'))).toMatchObject([{ ioReadBytes: 900 }])
})

test('who asks for history gets the last ten minutes first, oldest first', async () => {
  const { host, sampler, passSecond, settle } = setUp(sandbox('a'), sandbox('b'))
  sampler.refresh()
  await settle()
  for (let second = 0; second < 700; second += 1) {
    host.counters.set('/joey/a', { ...idle, cpuUs: second })
    await passSecond()
  }
  const calls: UsageSample[][] = []
  sampler.subscribe((samples) => calls.push(samples), { id: id('a'), history: true })
  expect(calls[0]).toHaveLength(600)
  expect(calls[0]?.[0]?.at).toBe(new Date(1_700_000_000_000 + 101_000).toISOString())
  expect(calls[0]?.at(-1)?.at).toBe(new Date(1_700_000_000_000 + 700_000).toISOString())
  expect(calls[0]?.[0]).toMatchObject({ pidsLimit: null, memoryLimitBytes: 64 * 2 ** 20 })
  await passSecond()
  expect(calls[1]).toHaveLength(1)
})

test('a listener that throws is dropped, and the others still hear', async () => {
  const { sampler, passSecond, settle, onListenerError } = setUp(sandbox('a'))
  const well = vi.fn()
  sampler.subscribe(() => {
    throw new Error('closed')
  })
  const stop = sampler.subscribe(well)
  await settle()
  await passSecond()
  await passSecond()
  stop()
  await passSecond()
  expect(onListenerError).toHaveBeenCalledTimes(1)
  expect(well).toHaveBeenCalledTimes(2)
})

test('asking right after a start waits for the first sample', async () => {
  const { sampler, passSecond, settle } = setUp(sandbox('a'))
  const answer = sampler.now()
  await settle()
  await passSecond()
  await passSecond(50)
  expect(await answer).toHaveLength(1)
})

test('of a long rest the first and the last moment are remembered, and now is always now', async () => {
  const { sampler, passSecond, settle } = setUp(sandbox('a'))
  sampler.refresh()
  await settle()
  for (let second = 0; second < 100; second += 1) await passSecond()
  const calls: UsageSample[][] = []
  sampler.subscribe((samples) => calls.push(samples), { id: id('a'), history: true })
  const at = (second: number) => new Date(1_700_000_000_000 + second * 1_000).toISOString()
  expect(calls[0]?.map((sample) => sample.at)).toEqual([at(1), at(100)])
  expect(await sampler.now()).toMatchObject([{ at: at(100) }])
})

test('a limit that is changed while nothing moves is seen all the same', async () => {
  const { host, sampler, passSecond, settle } = setUp(sandbox('a'))
  sampler.refresh()
  await settle()
  for (let second = 0; second < 5; second += 1) await passSecond()
  host.running[0] = { ...sandbox('a'), limits: { memoryBytes: 2 ** 30, cpus: null, pids: null } }
  await passSecond()
  expect(await sampler.now()).toMatchObject([{ memoryLimitBytes: 2 ** 30 }])
})

test('what is kept of each round is what has moved, and who runs', async () => {
  const { host, passSecond, settle, recorder, sampler } = setUp(sandbox('a'), sandbox('b'))
  sampler.refresh()
  await settle()
  await passSecond()
  expect(recorder.measured).not.toHaveBeenCalled()
  host.counters.set('/joey/b', { ...idle, cpuUs: 5 })
  await passSecond()
  expect(recorder.measured.mock.calls.map(([{ id: moved }]) => moved)).toEqual([id('b')])
  host.running = []
  await passSecond()
  expect(recorder.finished.mock.calls.map(([running]) => running.length)).toEqual([2, 2, 0])
})

test('what does not run is read again every ten seconds, and at once when it runs', async () => {
  const { host, sampler, passSecond } = setUp(sandbox('a'))
  const isWhole: boolean[] = []
  const read = async (_cgroup: string, _pid?: number, before?: RawUsage, refresh = false): Promise<RawUsage> => {
    isWhole.push(before === undefined || refresh)
    return before ?? { ...idle }
  }
  host.read.mockImplementation(read)
  sampler.refresh()
  for (let second = 0; second < 25; second += 1) await passSecond()
  expect(isWhole.flatMap((each, at) => (each ? [at] : []))).toEqual([0, 10, 20])
  host.read.mockImplementation(async () => ({ ...idle, cpuUs: 500, memoryBytes: 7 }))
  await passSecond()
  expect((await sampler.now())[0]).toMatchObject({ cpuTotalUs: 500, memoryBytes: 7 })
  sampler.close()
})
