import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type CgroupResources, filesOfResources, requireResources, writeCgroupResources } from './cgroup-resources.ts'

const nothing: CgroupResources = {
  ...{ cpus: null, cpuShares: null, reservationBytes: null, swapBytes: null, ioWeight: null, reads: [], writes: [] },
}
const all: CgroupResources = {
  ...{ cpus: '0-1', cpuShares: 512, reservationBytes: 4096, swapBytes: 2000, ioWeight: 200 },
  reads: [{ device: '8:0', bytes: 7 }],
  writes: [{ device: '8:0', bytes: 9 }],
}
const values = (wanted: CgroupResources, version: 'v1' | 'v2') =>
  filesOfResources(wanted, version).map(({ controller, names, value }) => `${controller}/${names.join('|')}=${value}`)

test('each hierarchy has its own files and scales', () => {
  expect(values(nothing, 'v1')).toEqual([])
  expect(values(all, 'v1')).toEqual([
    'cpuset/cpuset.cpus=0-1',
    'cpu/cpu.shares=512',
    'memory/memory.soft_limit_in_bytes=4096',
    'memory/memory.memsw.limit_in_bytes=2000',
    'blkio/blkio.weight|blkio.bfq.weight=200',
    'blkio/blkio.throttle.read_bps_device=8:0 7',
    'blkio/blkio.throttle.write_bps_device=8:0 9',
  ])
  expect(values(all, 'v2')).toEqual([
    'cpuset/cpuset.cpus=0-1',
    'cpu/cpu.weight=20',
    'memory/memory.low=4096',
    'memory/memory.swap.max=2000',
    'io/io.weight|io.bfq.weight=200',
    'io/io.max=8:0 rbps=7',
    'io/io.max=8:0 wbps=9',
  ])
  const endless = { ...nothing, swapBytes: -1 }
  expect([...values(endless, 'v1'), ...values(endless, 'v2')]).toEqual([
    'memory/memory.memsw.limit_in_bytes=-1',
    'memory/memory.swap.max=max',
  ])
})

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'joey-cgroups-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

test('what this kernel has no controller or file for is refused by the name of the option', async () => {
  mkdirSync(join(root, 'cpu/joey/box'), { recursive: true })
  writeFileSync(join(root, 'cpu/joey/box/cpu.shares'), '1024')
  expect(() => requireResources({ ...nothing, cpuShares: 5 }, root)).not.toThrow()
  expect(() => requireResources({ ...nothing, ioWeight: 50 }, root)).toThrow('--blkio-weight')
  await writeCgroupResources('/joey/box', { ...nothing, cpuShares: 5 }, root)
  expect(readFileSync(join(root, 'cpu/joey/box/cpu.shares'), 'utf8')).toBe('5')
  mkdirSync(join(root, 'blkio/joey/box'), { recursive: true })
  const refused = writeCgroupResources('/joey/box', { ...nothing, ioWeight: 50 }, root)
  await expect(refused).rejects.toMatchObject({ wire: { reason: 'resource-not-here' } })
})

test('the older hierarchy is told swap and memory together', async () => {
  const folder = join(root, 'memory/joey/box')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'memory.limit_in_bytes'), '1000\n')
  writeFileSync(join(folder, 'memory.memsw.limit_in_bytes'), '1000')
  await writeCgroupResources('/joey/box', { ...nothing, swapBytes: 500 }, root)
  expect(readFileSync(join(folder, 'memory.memsw.limit_in_bytes'), 'utf8')).toBe('1500')
})

test('on a pure second hierarchy the list of controllers decides', () => {
  writeFileSync(join(root, 'cgroup.controllers'), 'cpu memory pids\n')
  expect(() => requireResources({ ...nothing, reservationBytes: 5 }, root)).not.toThrow()
  expect(() => requireResources({ ...nothing, cpus: '0' }, root)).toThrow('cpuset')
})

test.each([
  ['v1', 'cpuset/cpuset.cpus'],
  ['v2', 'cpuset.cpus.effective'],
])('processors that there are not are refused with those that there are, in the hierarchy %s', (version, file) => {
  mkdirSync(join(root, 'cpuset'))
  if (version === 'v2') writeFileSync(join(root, 'cgroup.controllers'), 'cpuset\n')
  const wish = (cpus: string) => () => requireResources({ ...nothing, cpus }, root)
  expect(wish('99')).not.toThrow()
  writeFileSync(join(root, file), '0-1,4\n')
  expect(wish('0-1,4')).not.toThrow()
  for (const wanted of ['99', '0,2', '1-4']) {
    const refused = `--cpuset-cpus ${wanted}: this machine has the processors 0-1,4.`
    expect(wish(wanted)).toThrow(expect.objectContaining({ message: refused }))
  }
})
