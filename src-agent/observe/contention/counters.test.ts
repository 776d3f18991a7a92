import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createCounterReader, parseHost, parsePressure } from './counters.ts'

const pressure = (total: number) =>
  `some avg10=12.50 avg60=3.00 avg300=0.70 total=${total}\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=9\n`

/** As read from running sandboxes, in a folder of its own. */
function record(files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'joey-counters-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), content)
  }
  return createCounterReader({ cgroups: join(folder, 'cgroups'), proc: join(folder, 'proc') })
}

const v2 = {
  'cgroups/cgroup.controllers': 'cpu memory io pids\n',
  'cgroups/joey/a/cpu.stat':
    'usage_usec 700\nuser_usec 500\nsystem_usec 200\nnr_periods 4\nnr_throttled 2\nthrottled_usec 60\n',
  'cgroups/joey/a/cpu.pressure': pressure(1021),
  'cgroups/joey/a/memory.pressure': pressure(22),
  'cgroups/joey/a/io.pressure': pressure(33),
  'cgroups/joey/a/memory.stat': 'anon 4096\npgscan 90\npgsteal 80\n',
  'cgroups/joey/a/memory.events': 'low 0\nhigh 0\nmax 7\noom 0\n',
}

const hybrid = {
  'cgroups/unified/cgroup.controllers': '',
  'cgroups/unified/joey/a/cpu.stat': 'usage_usec 700\nuser_usec 500\nsystem_usec 200\n',
  'cgroups/unified/joey/a/cpu.pressure': pressure(1021),
  'cgroups/unified/joey/a/memory.pressure': pressure(22),
  'cgroups/unified/joey/a/io.pressure': pressure(33),
  'cgroups/cpu/joey/a/cpu.stat': 'nr_periods 4\nnr_throttled 2\nthrottled_time 60500\n',
  'cgroups/memory/joey/a/memory.failcnt': '7\n',
}

test('version 2 reports everything', () => {
  expect(record(v2).read('/joey/a', 1, null)).toEqual({
    cpuUs: 700,
    cpuWaitUs: 1021,
    throttledUs: 60,
    memoryWaitUs: 22,
    ioWaitUs: 33,
    reclaimed: 80,
    ownLimitHits: 7,
    idleFor: 0,
  })
})

test('a hybrid host reports pressure in its tree of version 2, and limits in those of version 1', () => {
  expect(record(hybrid).read('/joey/a', 1, null)).toEqual({
    cpuUs: 700,
    cpuWaitUs: 1021,
    throttledUs: 60,
    memoryWaitUs: 22,
    ioWaitUs: 33,
    reclaimed: null,
    ownLimitHits: 7,
    idleFor: 0,
  })
})

test('a kernel without pressure reports how long the main process waited', () => {
  const reader = record({
    'cgroups/cpuacct/joey/a/cpuacct.usage': '700999\n',
    'proc/41/schedstat': '9000 5000000 12\n',
  })
  expect(reader.read('/joey/a', 41, null)).toMatchObject({
    cpuUs: 700,
    cpuWaitUs: 5000,
    ioWaitUs: null,
    memoryWaitUs: null,
  })
  expect(reader.read('/joey/a', 42, null)).toMatchObject({ cpuWaitUs: null })
})

test('of one that does nothing for long, nothing more is read until it has run', () => {
  const reader = record(v2)
  let before = reader.read('/joey/a', 1, null)
  for (let reading = 0; reading < 4; reading += 1) before = reader.read('/joey/a', 1, before)
  expect(before?.idleFor).toBe(4)
  const changed = { ...v2, 'cgroups/joey/a/io.pressure': pressure(99) }
  expect(record(changed).read('/joey/a', 1, before)).toBe(before)
  const ran = { ...changed, 'cgroups/joey/a/cpu.stat': 'usage_usec 701\n' }
  expect(record(ran).read('/joey/a', 1, before)).toMatchObject({ ioWaitUs: 99, idleFor: 0 })
})

test('one that waits for a disk without running is not taken for idle', () => {
  const waits = (total: number) => record({ ...v2, 'cgroups/joey/a/io.pressure': pressure(total) })
  let before = waits(1).read('/joey/a', 1, null)
  for (let total = 2; total < 10; total += 1) before = waits(total).read('/joey/a', 1, before)
  expect(before).toMatchObject({ ioWaitUs: 9, idleFor: 0 })
})

test('a sandbox that has ended is no error', () => {
  expect(record(v2).read('/joey/gone', 1, null)).toBeNull()
})

test('the host’s work is what all processors did, with what was stolen from them', () => {
  expect(parseHost('cpu  10 1 5 1000 7 2 3 4 0 0\ncpu0 1 2 3\n')).toEqual({ busyUs: 250_000, stolenUs: 40_000 })
  expect(parseHost('')).toEqual({ busyUs: 0, stolenUs: 0 })
})

test('a pressure file of another form reports nothing', () => {
  expect(parsePressure('full avg10=0 total=5\n')).toBeNull()
  expect(parsePressure(null)).toBeNull()
})
