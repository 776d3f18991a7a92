import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { writeCgroupLimits } from './cgroup-limits.ts'

const limits = { memoryBytes: 64 * 1024 * 1024, cpus: 0.3, pids: 20 }
const none = { memoryBytes: null, cpus: null, pids: null }

/** A tree of cgroup files with this sandbox in it. */
function hierarchy(files: readonly string[]) {
  const root = mkdtempSync(join(tmpdir(), 'joey-limits-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  for (const file of files) {
    mkdirSync(join(root, file, '..'), { recursive: true })
    writeFileSync(join(root, file), '')
  }
  return { root, read: (file: string) => readFileSync(join(root, file), 'utf8') }
}

const v2 = ['cgroup.controllers', 'joey/s/memory.max', 'joey/s/memory.swap.max', 'joey/s/cpu.max', 'joey/s/pids.max']
const v1 = ['memory/joey/s/memory.limit_in_bytes', 'cpu/joey/s/cpu.cfs_quota_us', 'pids/joey/s/pids.max']

test('the unified hierarchy gets its files', async () => {
  const { root, read } = hierarchy(v2)
  await writeCgroupLimits('/joey/s', limits, { root, limitsSwap: true })
  expect(v2.slice(1).map(read)).toEqual(['67108864', '0', '30000 100000', '20'])
  await writeCgroupLimits('/joey/s', none, { root, limitsSwap: true })
  expect(v2.slice(1).map(read)).toEqual(['max', 'max', 'max 100000', 'max'])
})

test('the old hierarchies get theirs', async () => {
  const { root, read } = hierarchy(v1)
  await writeCgroupLimits('/joey/s', limits, { root })
  expect(v1.map(read)).toEqual(['67108864', '30000', '20'])
  expect(read('cpu/joey/s/cpu.cfs_period_us')).toBe('100000')
  await writeCgroupLimits('/joey/s', none, { root })
  expect(v1.map(read)).toEqual(['-1', '-1', 'max'])
})

test('with swap accounting both are limited alike', async () => {
  const { root, read } = hierarchy(v1)
  await writeCgroupLimits('/joey/s', limits, { root, limitsSwap: true })
  expect(read('memory/joey/s/memory.memsw.limit_in_bytes')).toBe('67108864')
})

test('a cgroup that is gone is an error of the system', async () => {
  const { root } = hierarchy(['cgroup.controllers'])
  await expect(writeCgroupLimits('/joey/s', limits, { root })).rejects.toMatchObject({ code: 'ENOENT' })
})
