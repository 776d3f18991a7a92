import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { AppError } from '#contract/app-error'
import type { Run } from '../../base/process/run.ts'
import { chooseRuntime, probeRuntimes } from './choose-runtime.ts'
import type { ProbeFailure } from './probe-runtime.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'joey-runtime-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const versions: Record<string, string> = {
  '/usr/bin/crun': 'crun version 1.8.1\ncommit: f8a096\nspec: 1.0.0\n',
  '/usr/bin/runc': 'runc version 1.1.5+ds1\nspec: 1.0.2-dev\n',
}

/** A host with these programs, where these runtimes fail. */
function hostWith(installed: readonly string[], failures: Record<string, ProbeFailure> = {}) {
  const run: Run = async (program) => ({ code: 0, stdout: versions[program] ?? '', stderr: '' })
  const probe = vi.fn(async (_deps: unknown, candidate: { name: string }) => failures[candidate.name] ?? null)
  const find = (name: string): string | null => (installed.includes(name) ? `/usr/bin/${name}` : null)
  return { run, folder, env: {}, find, probe, readBootId: async () => 'boot-1' }
}

test('crun is preferred where it works', async () => {
  const host = hostWith(['crun', 'runc', 'busybox'])
  expect(await chooseRuntime(host)).toEqual({ name: 'crun', program: '/usr/bin/crun', version: '1.8.1' })
})

test('runc is taken where crun does not work', async () => {
  const host = hostWith(['crun', 'runc', 'busybox'], { crun: 'cgroup v2 controllers' })
  expect(await chooseRuntime(host)).toMatchObject({ name: 'runc', version: '1.1.5+ds1' })
})

test('JOEY_RUNTIME picks one, and only that one', async () => {
  const host = hostWith(['crun', 'runc', 'busybox'], { runc: 'broken' })
  await expect(chooseRuntime({ ...host, env: { JOEY_RUNTIME: 'runc' } })).rejects.toMatchObject({
    wire: { code: 'unavailable', reason: 'no-runtime-works', detail: expect.stringContaining('broken') },
  })
  await expect(chooseRuntime({ ...host, env: { JOEY_RUNTIME: 'runsc' } })).rejects.toThrow(/must be crun or runc/)
})

test('where none is installed, the command that installs one is reported', async () => {
  const choosing = chooseRuntime(hostWith(['busybox']))
  await expect(choosing).rejects.toMatchObject({ wire: { code: 'unavailable', reason: 'no-runtime' } })
  await expect(choosing).rejects.toHaveProperty('wire.remedy.command', expect.stringContaining('crun'))
})

test('what works is tried once for each program, version and start of the machine', async () => {
  const host = hostWith(['crun', 'busybox'])
  await chooseRuntime(host)
  await chooseRuntime(host)
  expect(host.probe).toHaveBeenCalledTimes(1)
  await chooseRuntime({ ...host, readBootId: async () => 'boot-2' })
  expect(host.probe).toHaveBeenCalledTimes(2)
  const run: Run = async () => ({ code: 0, stdout: 'crun version 1.9', stderr: '' })
  await chooseRuntime({ ...host, run, readBootId: async () => 'boot-2' })
  expect(host.probe).toHaveBeenCalledTimes(3)
})

test('what fails is tried again, since somebody may have repaired it', async () => {
  const host = hostWith(['crun', 'busybox'], { crun: 'broken' })
  await probeRuntimes(host)
  await probeRuntimes(host)
  expect(host.probe).toHaveBeenCalledTimes(2)
})

test('a damaged cache is no reason to fail', async () => {
  await writeFile(join(folder, 'probes.json'), '{"bootId":')
  const host = hostWith(['crun', 'busybox'])
  await expect(chooseRuntime(host)).resolves.toMatchObject({ name: 'crun' })
})

test('a runtime that does not even report its version does not work', async () => {
  const host = hostWith(['crun', 'runc', 'busybox'])
  const run: Run = async (program) => {
    if (program.endsWith('crun')) throw new AppError({ code: 'timeout', reason: 'tool-timeout', message: 'It hangs.' })
    return { code: 0, stdout: versions[program] ?? '', stderr: '' }
  }
  expect(await chooseRuntime({ ...host, run })).toMatchObject({ name: 'runc' })
})
