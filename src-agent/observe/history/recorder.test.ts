import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { SandboxId } from '#contract/sandbox'
import { UsageHistory, type UsageMetric, UsageTotal, usageTiers } from '#contract/usage-history'
import { openUsageDatabase } from '../../state/usage-database.ts'
import { noUsage } from '../../testing/metrics/no-usage.ts'
import type { RawUsage } from '../usage/raw-usage.ts'
import type { SamplerClock } from '../usage/sampler-clock.ts'
import type { Sampled } from '../usage/usage-sample.ts'
import { addSecond, createChunk, spanOf } from './chunk.ts'
import { width } from './columns.ts'
import { createHistoryFile, type HistoryFile } from './history-file.ts'
import { createHistoryHandlers } from './history-handlers.ts'
import type { HostUsage } from './host-reader.ts'
import { createRecorder, type UsageRecorder } from './recorder.ts'

const id = (digit: string): SandboxId => digit.repeat(12) as SandboxId
/** On the hour, so that buckets and chunks begin where the test does. */
const begin = Date.parse('2026-06-01T12:00:00Z')
const at = (second: number): string => new Date(begin + second * 1000).toISOString()

function sandbox(digit: string, cpus: number | null = null): Sampled {
  return { id: id(digit), cgroup: `/joey/${digit}`, pid: 7, limits: { memoryBytes: 2 ** 30, cpus, pids: null } }
}

const quiet: HostUsage = {
  ...noUsage,
  cpuSystemUs: 0,
  memoryLimitBytes: 8 * 2 ** 30,
  pidsLimit: 32_768,
  ioReads: 0,
  ioWrites: 0,
  net: { inBytes: 0, outBytes: 0, inPackets: 0, outPackets: 0, inDrops: 0, outDrops: 0 },
  diskBytes: 2 ** 40,
  diskLimitBytes: 2 ** 41,
}

/** An agent's recorder on a file, with a clock that the test moves. */
function setUp(file = ':memory:') {
  const wall = { ms: begin, monotonicMs: 0 }
  const timers = new Set<{ ms: number; next: number; work: () => void }>()
  const clock: SamplerClock = {
    now: () => new Date(wall.ms),
    monotonicMs: () => wall.monotonicMs,
    every(ms, work) {
      const timer = { ms, next: wall.monotonicMs + ms, work }
      timers.add(timer)
      return () => timers.delete(timer)
    },
  }
  const host = { usage: quiet }
  const names = new Map<string, { name: string; class: string }>()
  const errors: unknown[] = []
  const onUnusable = vi.fn()
  let history: HistoryFile
  let recorder: UsageRecorder
  const start = (): void => {
    history = createHistoryFile(openUsageDatabase(file, onUnusable))
    recorder = createRecorder({
      file: history,
      host: { cores: 4, read: () => host.usage },
      clock,
      describe: (of) => {
        const known = names.get(of)
        return known ? { ...known, disk: { bytes: 5 * 2 ** 20, limitBytes: null } } : null
      },
      onError: (error) => errors.push(error),
    })
  }
  start()
  const before = new Map<SandboxId, { usage: RawUsage; monotonicMs: number; engineMemoryBytes: null }>()
  const running = new Map<SandboxId, Sampled>()
  const usage = new Map<SandboxId, RawUsage>()
  /** One second; what is given of a sandbox is what it did in it. */
  const pass = (moves: Readonly<Record<string, Partial<RawUsage>>> = {}, elapsedMs = 1_000): void => {
    wall.ms += elapsedMs
    wall.monotonicMs += elapsedMs
    for (const timer of timers) {
      if (timer.next > wall.monotonicMs) continue
      timer.next += timer.ms
      timer.work()
    }
    for (const each of running.values()) {
      const was = before.get(each.id)
      const move = moves[each.id[0] ?? '']
      const now = { ...noUsage, ...usage.get(each.id), ...move }
      usage.set(each.id, now)
      const reading = { usage: now, monotonicMs: wall.monotonicMs, engineMemoryBytes: null }
      before.set(each.id, reading)
      if (was !== undefined && move !== undefined) recorder.measured(each, was, reading)
    }
    recorder.finished([...running.values()])
  }
  const run = (each: Sampled, ofClass = 'container'): void => {
    running.set(each.id, each)
    names.set(each.id, { name: `box-${each.id[0]}`, class: ofClass })
    before.set(each.id, { usage: noUsage, monotonicMs: wall.monotonicMs, engineMemoryBytes: null })
  }
  const handlers = () =>
    createHistoryHandlers({ file: history, recorder, idOf: (ref) => ref as SandboxId, now: () => new Date(wall.ms) })
  const read = async (ref: string | undefined, metric: UsageMetric, [since, until]: [number, number], step: number) => {
    const request = { since: at(since), until: at(until), step, metrics: [metric], ...(ref ? { ref: id(ref) } : {}) }
    const answer = await handlers().readUsageHistory(request, new AbortController().signal)
    return UsageHistory.parse(answer)
  }
  const avg = async (ref: string | undefined, metric: UsageMetric, range: [number, number], step: number) =>
    (await read(ref, metric, range, step)).columns[0]?.avg
  return {
    ...{ wall, host, running, errors, pass, run, handlers, read, avg, onUnusable },
    recorder: () => recorder,
    history: () => history,
    start,
    /** As if the agent was killed. */
    kill() {
      timers.clear()
      history.close()
    },
    close() {
      recorder.close()
      timers.clear()
    },
  }
}

function makeFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'joey-usage-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'usage.db')
}

/** Runs at so many cores for so many seconds. */
function burn(setting: ReturnType<typeof setUp>, digit: string, cores: readonly number[]): void {
  let used = 0
  for (const each of cores) {
    used += each * 1e6
    setting.pass({ [digit]: { cpuUs: used, cpuUserUs: used / 2 } })
  }
}

test('seconds, tens of seconds and minutes are remembered with mean, least and most', async () => {
  const setting = setUp()
  setting.run(sandbox('a', 2))
  burn(
    setting,
    'a',
    Array.from({ length: 120 }, (_, second) => (second % 10 === 0 ? 1 : 0.5)),
  )
  expect(await setting.avg('a', 'cpu', [1, 5], 1)).toEqual([1, 0.5, 0.5, 0.5])
  const tens = await setting.read('a', 'cpu', [10, 30], 10)
  expect(tens).toMatchObject({ since: at(10), until: at(30), step: 10 })
  expect(tens.columns[0]).toEqual({ metric: 'cpu', avg: [0.55, 0.55], min: [0.5, 0.5], max: [1, 1] })
  const minute = await setting.read('a', 'cpuUser', [60, 120], 60)
  expect(minute.columns[0]?.avg[0]).toBeCloseTo(0.275, 3)
  expect(await setting.avg('a', 'cpuLimit', [10, 20], 10)).toEqual([2])
  expect(await setting.avg('a', 'diskBytes', [10, 20], 10)).toEqual([5 * 2 ** 20])
  expect(setting.errors).toEqual([])
})

test('a step that the past is not kept for is answered by one that it is', async () => {
  const setting = setUp()
  setting.run(sandbox('a'))
  setting.pass({ a: { cpuUs: 1 } })
  expect(await setting.read('a', 'cpu', [-3_600, 1], 1)).toMatchObject({ step: 10 })
  expect(await setting.read('a', 'cpu', [-86_400, 1], 1)).toMatchObject({ step: 60 })
  expect(await setting.read('a', 'cpu', [-86_400, 1], 3_600)).toMatchObject({ step: 3_600 })
})

test('what rests is one entry, however long, and reads as if each second had been written', async () => {
  const setting = setUp()
  setting.run(sandbox('a'))
  setting.pass({ a: { cpuUs: 1e6, memoryBytes: 2 ** 20, pids: 3 } })
  const put = vi.spyOn(setting.history(), 'putChunk')
  for (let second = 0; second < 600; second += 1) setting.pass()
  const ofSandbox = put.mock.calls.filter(([, chunk]) => chunk.avg[2] !== undefined && chunk.start >= begin / 1000)
  put.mockClear()
  const first = setting.history().find('sandbox/aaaaaaaaaaaa')?.number
  expect(ofSandbox.filter(([series]) => series === first).length).toBeLessThanOrEqual(3)
  for (let second = 0; second < 300; second += 1) setting.pass()
  expect(put.mock.calls.filter(([series]) => series === first)).toEqual([])
  expect(await setting.avg('a', 'memory', [60, 900], 60)).toEqual(Array.from({ length: 14 }, () => 2 ** 20))
  expect(await setting.avg('a', 'cpu', [300, 303], 1)).toEqual([0, 0, 0])
  // The minute in which it woke has both.
  setting.pass({ a: { cpuUs: 31e6 } })
  expect(await setting.avg('a', 'cpu', [900, 903], 1)).toEqual([0, 0, 30])
  expect(await setting.read('a', 'cpu', [900, 910], 10)).toMatchObject({
    columns: [{ avg: [10], min: [0], max: [30] }],
  })
  setting.close()
})

test('a short rest is filled with what held', async () => {
  const setting = setUp()
  setting.run(sandbox('a'))
  setting.pass({ a: { cpuUs: 1e6, pids: 4 } })
  for (let second = 0; second < 5; second += 1) setting.pass()
  setting.pass({ a: { cpuUs: 2e6, pids: 5 } })
  expect(await setting.avg('a', 'cpu', [1, 8], 1)).toEqual([1, 0, 0, 0, 0, 0, 1])
  expect(await setting.avg('a', 'pids', [1, 8], 1)).toEqual([4, 4, 4, 4, 4, 4, 5])
})

test('it survives a restart of the agent, and the time between is a gap', async () => {
  const setting = setUp(makeFile())
  setting.run(sandbox('a'))
  burn(setting, 'a', [1, 1, 1])
  setting.close()
  setting.wall.ms += 4_000
  setting.start()
  setting.run(sandbox('a'))
  burn(setting, 'a', [0.5, 0.5])
  expect(await setting.avg('a', 'cpu', [1, 10], 1)).toEqual([1, 1, 1, null, null, null, null, 0.5, 0.5])
  // The same bucket of ten seconds goes on where the agent before has left it.
  expect(await setting.avg('a', 'cpu', [0, 10], 10)).toEqual([0.8])
  setting.close()
})

test('an agent that is killed loses half a minute, and no rest outlives it', async () => {
  const setting = setUp(makeFile())
  setting.run(sandbox('a'))
  setting.pass({ a: { cpuUs: 1e6 } })
  for (let second = 0; second < 100; second += 1) setting.pass()
  setting.kill()
  setting.wall.ms += 600_000
  setting.start()
  const values = (await setting.avg('a', 'cpu', [0, 300], 10)) ?? []
  expect(values.slice(0, 9)).toEqual(
    [0.1111, 0, 0, 0, 0, 0, 0, 0, 0].map((value) => expect.closeTo(value, 3) as unknown),
  )
  expect(values.slice(11)).toEqual(values.slice(11).map(() => null))
  setting.close()
})

test.each([
  ['forward by a day', 86_400_000],
  ['back by an hour', -3_600_000],
])('a clock that jumps %s harms nothing', async (_where, jumpMs) => {
  const setting = setUp(makeFile())
  setting.run(sandbox('a'))
  setting.run(sandbox('b'))
  setting.pass({ a: { cpuUs: 1e6 }, b: { memoryBytes: 2 ** 20 } })
  for (let second = 0; second < 60; second += 1) setting.pass({ a: { cpuUs: (second + 2) * 1e6 } })
  setting.wall.ms += jumpMs
  for (let second = 0; second < 60; second += 1) setting.pass({ a: { cpuUs: (second + 62) * 1e6 } })
  const after = 62 + jumpMs / 1000
  expect(await setting.avg('a', 'cpu', [after, after + 4], 1)).toEqual([1, 1, 1, 1])
  expect(await setting.avg('b', 'memory', [after, after + 4], 1)).toEqual(Array.from({ length: 4 }, () => 2 ** 20))
  if (jumpMs > 0) {
    expect(await setting.avg('a', 'cpu', [3_600, 3_660], 60)).toEqual([null])
    expect(await setting.avg('b', 'memory', [3_600, 3_660], 60)).toEqual([null])
  }
  expect(setting.errors).toEqual([])
  setting.close()
})

test('while the machine sleeps nothing is known', async () => {
  const setting = setUp()
  setting.run(sandbox('a'))
  setting.pass({ a: { memoryBytes: 2 ** 20 } })
  for (let second = 0; second < 60; second += 1) setting.pass()
  setting.pass({}, 3_600_000)
  setting.pass()
  expect(await setting.avg('a', 'memory', [1_800, 1_860], 60)).toEqual([null])
  expect(await setting.avg('a', 'memory', [50, 51], 10)).toEqual([2 ** 20])
})

test('this machine is measured whether or not anything runs in it', async () => {
  const setting = setUp()
  setting.pass()
  setting.host.usage = { ...quiet, cpuUserUs: 3e6, cpuSystemUs: 1e6, memoryBytes: 2 ** 30 }
  setting.pass()
  const now = await setting
    .handlers()
    .readUsageHistory({ since: at(2), until: at(3), step: 1 }, new AbortController().signal)
  const value = (metric: string) => now.columns.find((column) => column.metric === metric)?.avg[0]
  expect(['cpu', 'cpuUser', 'cpuSystem', 'cpuLimit', 'memory', 'diskBytes'].map(value)).toEqual([
    ...[4, 3, 1, 4],
    ...[2 ** 30, 2 ** 40],
  ])
})

test('a class has the sum of its sandboxes, and the worst of their waiting', async () => {
  const setting = setUp()
  setting.run(sandbox('a'), 'gvisor')
  setting.run(sandbox('b'), 'gvisor')
  setting.run(sandbox('c'), 'container')
  setting.pass({
    a: { cpuUs: 1e6, memoryBytes: 2 ** 20, waits: { ...noUsage.waits, ioSomeUs: 100_000 } },
    b: { cpuUs: 5e5, memoryBytes: 2 ** 20, waits: { ...noUsage.waits, ioSomeUs: 300_000 } },
    c: { cpuUs: 9e6 },
  })
  const request = { class: 'gvisor' as const, since: at(1), until: at(2), step: 1 }
  const answer = await setting.handlers().readUsageHistory(request, new AbortController().signal)
  const value = (metric: string) => answer.columns.find((column) => column.metric === metric)?.avg[0]
  expect(['cpu', 'memory', 'pressureIoSome', 'cpuLimit'].map(value)).toEqual([1.5, 2 ** 21, 0.3, null])
})

test('totals say who took what, also of one that is there no more', async () => {
  const setting = setUp()
  setting.run(sandbox('a'))
  setting.run(sandbox('b'))
  setting.pass({ a: { cpuUs: 2e6, memoryBytes: 2 ** 20, ioWriteBytes: 7_000 }, b: { cpuUs: 1e6 } })
  setting.pass({ a: { cpuUs: 3e6, oomKills: 1, netSendBytes: 50 } })
  setting.running.delete(id('b'))
  setting.pass()
  setting.recorder().removed(id('b'))
  const totals = await setting.handlers().readUsageTotals({ since: at(0) }, new AbortController().signal)
  expect(totals.map((total) => UsageTotal.parse(total))).toMatchObject([
    {
      name: 'box-a',
      removed: false,
      cpuSeconds: 3,
      memoryMaxBytes: 2 ** 20,
      ioBytes: 7_000,
      netBytes: 50,
      oomKills: 1,
    },
    { name: 'box-b', removed: true, cpuSeconds: 1 },
  ])
})

test('states come with the history, the one before its beginning too', async () => {
  const setting = setUp()
  setting.run(sandbox('a'))
  setting.recorder().noteState(id('a'), 'starting')
  setting.pass()
  setting.recorder().noteState(id('a'), 'running')
  for (let second = 0; second < 20; second += 1) setting.pass({ a: { cpuUs: second } })
  setting.recorder().noteState(id('a'), 'paused')
  expect((await setting.read('a', 'cpu', [10, 30], 10)).states).toEqual([
    { at: at(1), state: 'running' },
    { at: at(21), state: 'paused' },
  ])
})

test('the history of a removed sandbox goes after a day, and its room is used again', async () => {
  const setting = setUp(makeFile())
  setting.run(sandbox('a'))
  burn(setting, 'a', [1, 1, 1])
  setting.running.delete(id('a'))
  setting.pass()
  setting.recorder().removed(id('a'))
  setting.pass({}, 3_600_000)
  expect(await setting.avg('a', 'cpu', [0, 10], 10)).toBeDefined()
  for (let hour = 0; hour < 25; hour += 1) setting.pass({}, 3_600_000)
  expect(setting.history().find('sandbox/aaaaaaaaaaaa')).toBeNull()
  setting.close()
})

test('what is older than it is kept gives its place to what comes, so that nothing grows', () => {
  const setting = setUp(makeFile())
  const { number } = setting.history().enter('sandbox/aaaaaaaaaaaa', 'a', 'container')
  const sizes = usageTiers.map(({ step, keptFor }) => {
    const row = new Float32Array(width).map((_, column) => column * 1_000)
    const turn = (nth: number): number => {
      const chunks = Math.ceil(keptFor / spanOf(step)) + 1
      setting.history().together(() => {
        for (let each = nth * chunks; each < (nth + 1) * chunks; each += 1) {
          const start = begin / 1000 + each * spanOf(step)
          setting.history().putChunk(number, addSecond(createChunk(start, step), start, row))
        }
      })
      return setting.history().bytes()
    }
    return [turn(0), turn(1), turn(2)]
  })
  for (const [first, second, third] of sizes) expect([second, third]).toEqual([first, first])
  setting.close()
})

test('a file that cannot be read is made anew, and nothing else suffers', async () => {
  const file = makeFile()
  writeFileSync(file, 'this is no database, by far not one')
  const setting = setUp(file)
  expect(setting.onUnusable).toHaveBeenCalledOnce()
  setting.run(sandbox('a'))
  burn(setting, 'a', [1])
  expect(await setting.avg('a', 'cpu', [1, 2], 1)).toEqual([1])
  setting.close()
  expect(statSync(file).mode & 0o077).toBe(0)
})

test('whoever measures does not suffer from a file that fails', () => {
  const setting = setUp(makeFile())
  setting.run(sandbox('a'))
  setting.pass({ a: { cpuUs: 1 } })
  setting.history().close()
  for (let second = 0; second < 200; second += 1) setting.pass({ a: { cpuUs: second } })
  expect(setting.errors.length).toBeGreaterThan(0)
})

test('a span that ends before it begins is refused', async () => {
  const setting = setUp()
  await expect(setting.read('a', 'cpu', [10, 5], 1)).rejects.toMatchObject({
    wire: { reason: 'span-ends-before-it-begins' },
  })
})
