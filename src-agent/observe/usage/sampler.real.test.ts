import { mkdir, rmdir } from 'node:fs/promises'
import { expect, onTestFinished, test } from 'vitest'
import type { SandboxId } from '#contract/sandbox'
import { endGroup } from '../../base/process/kill-group.ts'
import { start } from '../../base/process/run.ts'
import { createCgroupReader } from './cgroup-reader.ts'
import { createSampler } from './sampler.ts'

const limits = { memoryBytes: null, cpus: null, pids: null }
const reader = createCgroupReader()
const controllers = reader.version === 'v2' ? [''] : ['cpu', 'cpuacct', 'memory', 'pids', 'blkio']

/** Makes a cgroup in every hierarchy; they are removed when the test ends. */
async function makeCgroup(path: string): Promise<string[]> {
  const folders = controllers.map((controller) => `/sys/fs/cgroup/${controller}${path}`)
  for (const folder of folders) await mkdir(folder, { recursive: true })
  onTestFinished(async () => {
    for (const folder of folders) await rmdir(folder).catch(() => {})
  })
  return folders
}

test('a busy process is seen as busy, and its memory and disk as used', async () => {
  const path = `/joey-metrics-${process.pid}`
  const folders = await makeCgroup(path)
  const join = folders.map((folder) => `echo $$ > ${folder}/cgroup.procs`).join('; ')
  const child = start('sh', ['-c', `${join}; exec sh -c 'while :; do :; done'`])
  onTestFinished(() => endGroup(child, 0))
  const sandbox = { id: 'a'.repeat(12) as SandboxId, cgroup: path, pid: child.pid ?? 0, limits }
  const sampler = createSampler({ reader, list: () => [sandbox] })
  onTestFinished(() => sampler.close())
  await sampler.now()
  await new Promise((resolve) => sampler.subscribe(resolve))
  const [sample] = await sampler.now()
  expect(sample?.cpuCores).toBeGreaterThan(0.2)
  expect(sample?.cpuCores).toBeLessThan(1.3)
  expect(sample?.memoryBytes).toBeGreaterThan(10_000)
  expect(sample?.pids).toBe(1)
})

test('twenty sandboxes cost less than one hundredth of a core', async () => {
  const paths = Array.from({ length: 20 }, (_, index) => `/joey-metrics-${process.pid}-${index}`)
  for (const path of paths) await makeCgroup(path)
  const sandboxes = paths.map((cgroup, index) => ({
    id: index.toString(16).padStart(12, '0') as SandboxId,
    cgroup,
    pid: process.pid,
    limits,
  }))
  for (const sandbox of sandboxes) expect(await reader.read(sandbox.cgroup, sandbox.pid)).not.toBeNull()
  const begun = process.cpuUsage()
  const rounds = 50
  for (let round = 0; round < rounds; round += 1) {
    for (const sandbox of sandboxes) await reader.read(sandbox.cgroup, sandbox.pid)
  }
  const { user, system } = process.cpuUsage(begun)
  const msPerSecond = (user + system) / 1_000 / rounds
  process.stdout.write(`20 sandboxes cost ${msPerSecond.toFixed(2)} ms a second\n`)
  expect(msPerSecond).toBeLessThan(10)
})
