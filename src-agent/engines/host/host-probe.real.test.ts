import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { examineHost } from '#contract/agent'
import { findSystemProgram } from '#contract/client/system-program'
import { run } from '../../base/process/run.ts'
import { chooseRuntime, probeRuntimes } from './choose-runtime.ts'
import { createHostProbe } from './host-probe.ts'
import { isStatic } from './programs.ts'
import { sweepProbes } from './sweep-probes.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'joey-host-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

test('this host is reported as the contract has it', async () => {
  const report = await createHostProbe({ run, folder }).examine()
  expect(examineHost.response.parse(report)).toEqual(report)
  expect(new Set(report.findings.map((finding) => finding.id)).size).toBe(report.findings.length)
  expect(report.classes[0]).toMatchObject({ class: 'container', available: true })
  expect(report.findings.filter(({ titleWording }) => titleWording === undefined)).toEqual([])
})

test('a runtime that works is found by running a container, and leaves nothing behind', async () => {
  const before = new Set(await probeCgroups())
  const runtime = await chooseRuntime({ run, folder, env: {} })
  expect(['crun', 'runc']).toContain(runtime.name)
  expect(await readdir(folder)).toEqual(['probes', 'probes.json'])
  expect(await readdir(join(folder, 'probes'))).toEqual([])
  const own = (await readFile('/proc/self/mountinfo', 'utf8')).split('\n').filter((line) => line.includes(folder))
  expect(own).toEqual([])
  // Other agents on this machine may be trying theirs; what is theirs goes by itself.
  await expect
    .poll(async () => (await probeCgroups()).filter((name) => !before.has(name)), { timeout: 20_000 })
    .toEqual([])
})

async function probeCgroups(): Promise<string[]> {
  const hierarchies = await readdir('/sys/fs/cgroup')
  const all = await Promise.all(hierarchies.map((name) => readdir(join('/sys/fs/cgroup', name)).catch(() => [name])))
  return all.flat().filter((name) => name.startsWith('joey-trial'))
}

test('a trial that its agent did not live to end is ended and removed by the next', async () => {
  const name = `joey-trial-${randomBytes(6).toString('hex')}`
  const cgroups = ['pids', 'memory'].map((controller) => join('/sys/fs/cgroup', controller, name, 'aaaa0000bbbb'))
  for (const cgroup of cgroups) await mkdir(cgroup, { recursive: true })
  const bundle = join(folder, 'left', 'probe-Xyz')
  await mkdir(bundle, { recursive: true })
  await writeFile(join(bundle, 'config.json'), JSON.stringify({ linux: { cgroupsPath: `/${name}/aaaa0000bbbb` } }))
  await sweepProbes(join(folder, 'left'))
  expect(await readdir(join(folder, 'left'))).toEqual([])
  expect((await probeCgroups()).filter((each) => each === name)).toEqual([])
})

test('every verdict on a runtime that fails carries its words', async () => {
  const verdicts = await probeRuntimes({ run, folder })
  expect(verdicts.length).toBeGreaterThan(0)
  for (const verdict of verdicts) if (verdict.failure !== null) expect(verdict.failure).toContain(verdict.name)
})

test('the static busybox is distinguished from a program with a loader', async () => {
  expect(await isStatic(findSystemProgram('busybox') ?? '')).toBe(true)
  expect(await isStatic(findSystemProgram('ls') ?? '')).toBe(false)
  expect(await isStatic('/proc/version')).toBe(false)
})
