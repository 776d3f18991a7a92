import { mkdtemp, rm, unlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { recordedV1, recordedV2, writeRecorded } from '../../testing/metrics/recorded.ts'
import { createCgroupReader } from './cgroup-reader.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'joey-cgroups-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const makeReader = () => createCgroupReader({ cgroups: join(folder, 'cgroups'), processes: join(folder, 'processes') })

test('reads version 1, where a hybrid host’s empty file of version 2 does not confuse it', async () => {
  await writeRecorded(folder, recordedV1)
  expect(makeReader().version).toBe('v1')
  expect(await makeReader().read('/joey/t/a', 41)).toEqual({
    cpuUs: 232_311,
    cpuUserUs: 180_211,
    periods: 11,
    throttledPeriods: 9,
    memoryBytes: 1036288 - 90112,
    memoryAnonBytes: 262144,
    memoryFileBytes: 110592,
    memoryKernelBytes: 663552,
    oomKills: 3,
    pids: 2,
    ioReadBytes: 3145729,
    ioWriteBytes: 4194304,
    ioReads: 96,
    ioWrites: 128,
    netReceiveBytes: 1366626922,
    netSendBytes: 3116321,
    netReceivePackets: 772,
    netSendPackets: 771,
    netReceiveDrops: 4,
    netSendDrops: 5,
    waits: {
      cpuSomeUs: 41022,
      cpuFullUs: 20511,
      memorySomeUs: 310,
      memoryFullUs: 300,
      ioSomeUs: 7200,
      ioFullUs: 7100,
    },
  })
})

test('reads version 2', async () => {
  await writeRecorded(folder, recordedV2)
  expect(makeReader().version).toBe('v2')
  expect(await makeReader().read('/joey/t/a', 41)).toEqual({
    cpuUs: 2_581_325,
    cpuUserUs: 1_900_211,
    periods: 40,
    throttledPeriods: 10,
    memoryBytes: 52428800 - 10485760,
    memoryAnonBytes: 40_000_000,
    memoryFileBytes: 12_000_000,
    memoryKernelBytes: 428_800,
    oomKills: 1,
    pids: 7,
    ioReadBytes: 1460000,
    ioWriteBytes: 314773600,
    ioReads: 193,
    ioWrites: 354,
    netReceiveBytes: 1010,
    netSendBytes: 2020,
    netReceivePackets: 2 * 772,
    netSendPackets: 2 * 771,
    netReceiveDrops: 8,
    netSendDrops: 10,
    waits: { cpuSomeUs: 900, cpuFullUs: 0, memorySomeUs: 41, memoryFullUs: null, ioSomeUs: null, ioFullUs: null },
  })
})

test('where version 1 does not count io, the processes are read', async () => {
  await writeRecorded(folder, recordedV1)
  const path = join(folder, 'cgroups/blkio/joey/t/a/blkio.throttle.io_service_bytes_recursive')
  await writeFile(path, 'Total 0\n')
  expect(await makeReader().read('/joey/t/a', 41)).toMatchObject({
    ...{ ioReadBytes: 3162112, ioWriteBytes: 3170304 },
    ...{ ioReads: null, ioWrites: null },
  })
})

test('a sandbox that has ended is no error', async () => {
  await writeRecorded(folder, recordedV1)
  expect(await makeReader().read('/joey/t/gone', 41)).toBeNull()
  expect(await makeReader().read('/joey/t/a', 4_000)).toMatchObject({ netReceiveBytes: 0 })
})

test('a controller that the host lacks counts as nothing', async () => {
  await writeRecorded(folder, recordedV2)
  await unlink(join(folder, 'cgroups/joey/t/a/io.stat'))
  await unlink(join(folder, 'cgroups/joey/t/a/pids.current'))
  expect(await makeReader().read('/joey/t/a', 41)).toMatchObject({ ioReadBytes: 0, pids: 0, cpuUs: 2_581_325 })
})

test('memory is never negative: the two files are read one after the other', async () => {
  await writeRecorded(folder, { ...recordedV2, 'cgroups/joey/t/a/memory.current': '4096\n' })
  expect(await makeReader().read('/joey/t/a', 41)).toMatchObject({ memoryBytes: 0 })
})

test.each([
  ['version 1', recordedV1, 'cgroups/cpuacct/joey/t/a/cpuacct.usage', '999000000\n'],
  ['version 2', recordedV2, 'cgroups/joey/t/a/cpu.stat', 'usage_usec 999000\nnr_periods 40\nnr_throttled 10\n'],
])('in %s nothing else is read of what has not run since', async (_version, recorded, file, later) => {
  await writeRecorded(folder, recorded)
  const reader = makeReader()
  const before = await reader.read('/joey/t/a', 41)
  if (before === null) throw new Error('It is there.')
  const stale = { ...before, memoryBytes: 1 }
  expect(await reader.read('/joey/t/a', 41, stale)).toBe(stale)
  await writeFile(join(folder, file), later)
  expect(await reader.read('/joey/t/a', 41, stale)).toMatchObject({ cpuUs: 999_000, memoryBytes: before.memoryBytes })
  expect(await reader.read('/joey/t/gone', 41, stale)).toBeNull()
})

test('kernels that do not sum up their own memory have it in parts', async () => {
  const stat = 'anon 1\nfile 2\nkernel_stack 100\npagetables 20\nslab 3\n'
  await writeRecorded(folder, { ...recordedV2, 'cgroups/joey/t/a/memory.stat': stat })
  expect(await makeReader().read('/joey/t/a', 41)).toMatchObject({ memoryKernelBytes: 123 })
})

test('of one that rests, memory and packets are read again when asked to, and nothing else', async () => {
  await writeRecorded(folder, recordedV2)
  const reader = makeReader()
  const before = await reader.read('/joey/t/a', 41)
  if (before === null) throw new Error('It is there.')
  expect(await reader.read('/joey/t/a', 41, before, true)).toBe(before)
  await writeFile(join(folder, 'cgroups/joey/t/a/memory.current'), '20000000\n')
  await writeFile(join(folder, 'cgroups/joey/t/a/pids.current'), '99\n')
  expect(await reader.read('/joey/t/a', 41, before, true)).toEqual({ ...before, memoryBytes: 20000000 - 10485760 })
})
