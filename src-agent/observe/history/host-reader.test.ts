import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { writeRecorded } from '../../testing/metrics/recorded.ts'
import { recordedHost } from '../../testing/metrics/recorded-host.ts'
import { createHostReader } from './host-reader.ts'

async function recorded(files: Readonly<Record<string, string>>) {
  const folder = await mkdtemp(join(tmpdir(), 'joey-host-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await writeRecorded(folder, files)
  return createHostReader({ proc: join(folder, 'proc'), sys: join(folder, 'sys'), home: folder, cores: 2 })
}

test('this machine is read: what its hardware moved, once, and what it has', async () => {
  const reader = await recorded(recordedHost)
  expect(reader.read()).toMatchObject({
    cpuUserUs: (2812188 + 180) * 10_000,
    cpuSystemUs: (1018030 + 9599) * 10_000,
    memoryLimitBytes: 24684092 * 1024,
    memoryBytes: (24684092 - 23865060) * 1024,
    memoryAnonBytes: 11404 * 1024,
    memoryFileBytes: (2042016 + 614128) * 1024,
    memoryKernelBytes: (1022124 + 2896 + 3584 + 1216) * 1024,
    oomKills: 5,
    pids: 322,
    pidsLimit: 4194304,
    // Neither the loop device that lies on the disk, nor a part of it.
    ioReadBytes: 23373916 * 512,
    ioWriteBytes: 634481520 * 512,
    ioReads: 790235,
    ioWrites: 5545181,
    // Neither the bridge nor a sandbox's end of a pair.
    net: { inBytes: 1000, outBytes: 2000, inPackets: 10, outPackets: 20, inDrops: 1, outDrops: 2 },
    waits: {
      ...{ cpuSomeUs: 15842495642, cpuFullUs: 0, memorySomeUs: 1367150, memoryFullUs: 319907 },
      ...{ ioSomeUs: 435321508, ioFullUs: 80662389 },
    },
    diskBytes: expect.any(Number) as unknown,
  })
})

test('a kernel without PSI, and a file that is not there, are no failure', async () => {
  const without = Object.entries(recordedHost).filter(([path]) => !/pressure|vmstat/.test(path))
  expect((await recorded(Object.fromEntries(without))).read()).toMatchObject({
    oomKills: 0,
    waits: { cpuSomeUs: null, ioFullUs: null },
  })
})
