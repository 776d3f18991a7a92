import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Run } from '../../base/process/run.ts'
import { probeGvisor } from './probe-gvisor.ts'
import type { GvisorAttempt } from './try-gvisor.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'joey-gvisor-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const old = { version: '0.0~20221219.0', platforms: 'kvm\nptrace\n', flags: '  -overlay2 value\n  -net-raw\n' }
const recent = { version: 'release-20240807.0', platforms: 'kvm\nptrace\nsystrap\n', flags: '  -overlay2 value\n' }

type Works = (platform: string, hidden: boolean, mapsIds: boolean) => boolean | 'hangs'

function hostWith(runsc: typeof old, works: Works, hasVirtualisation = false) {
  const run: Run = async (_program, args) => {
    const answer = { '--version': `runsc version ${runsc.version}`, help: runsc.platforms, flags: runsc.flags }
    return { code: 0, stdout: answer[args[0] as keyof typeof answer], stderr: '' }
  }
  const attempt = vi.fn<GvisorAttempt>(async (_deps, _program, { platform, hidesNetSettings, mapsIds = false }) => {
    const outcome = works(platform, hidesNetSettings, mapsIds)
    return outcome === true ? { works: true } : { works: false, hangs: outcome === 'hangs', words: 'no' }
  })
  return {
    ...{ run, folder, attempt, find: (name: string) => `/usr/bin/${name}`, outside: null },
    ...{ hasVirtualisation: async () => hasVirtualisation, readBootId: async () => 'boot-1' },
  }
}

test('systrap is preferred where it exists and works', async () => {
  expect(await probeGvisor(hostWith(recent, () => true))).toMatchObject({
    version: 'release-20240807.0',
    setup: { platform: 'systrap', hidesNetSettings: false, options: ['--overlay2=none'] },
  })
})

test('what needs the settings of the network hidden gets them hidden', async () => {
  const verdict = await probeGvisor(hostWith(old, (_platform, hidden) => hidden))
  expect(verdict?.setup).toEqual({
    version: '0.0~20221219.0',
    disconnects: false,
    platform: 'ptrace',
    hidesNetSettings: true,
    options: ['--overlay2=none', '--net-raw'],
  })
})

test('kvm is tried only where the processor has virtualisation', async () => {
  const without = hostWith(old, (platform) => platform === 'kvm')
  expect(await probeGvisor(without)).toMatchObject({ setup: null, failure: expect.stringContaining('ptrace: no') })
  const verdict = await probeGvisor(hostWith(old, (platform) => platform === 'kvm', true))
  expect(verdict?.setup?.platform).toBe('kvm')
})

test('what works is tried once, and so is what hangs', async () => {
  const host = hostWith(old, (platform, hidden) => (platform === 'kvm' ? 'hangs' : hidden), true)
  await probeGvisor(host)
  expect(host.attempt).toHaveBeenCalledTimes(4)
  await probeGvisor(host)
  // Only what failed at once is tried again on the way.
  expect(host.attempt).toHaveBeenCalledTimes(5)
})

test('an older version is asked in its own words to write to the disk', async () => {
  const verdict = await probeGvisor(hostWith({ ...old, flags: '  -overlay\n' }, () => true))
  expect(verdict?.setup?.options).toEqual(['--overlay=false'])
})

test('without the program there is no verdict, without busybox none that could be trusted', async () => {
  const host = hostWith(old, () => true)
  expect(await probeGvisor({ ...host, find: () => null })).toBeNull()
  const find = (name: string) => (name === 'busybox' ? null : `/usr/bin/${name}`)
  expect(await probeGvisor({ ...host, find })).toMatchObject({ setup: null })
})

test('what opens files has ids of its own where that works, as the version is run otherwise', async () => {
  const host = { ...hostWith(old, (_platform, hidden) => hidden), outside: '/usr/lib/joey/joey-outside' }
  const verdict = await probeGvisor(host)
  expect(verdict?.setup).toMatchObject({ platform: 'ptrace', hidesNetSettings: true, mapsIds: true })
  const tried = host.attempt.mock.calls.length
  expect(await probeGvisor(host)).toEqual(verdict)
  // The way that does not work is tried again: it may have been mended.
  expect(host.attempt.mock.calls.length).toBe(tried + 1)
})

test('where it does not, the version is run as it works', async () => {
  const works: Works = (_platform, _hidden, mapsIds) => (mapsIds ? 'hangs' : true)
  const host = { ...hostWith(old, works), outside: '/usr/lib/joey/joey-outside' }
  const verdict = await probeGvisor(host)
  expect(verdict?.failure).toBeNull()
  expect(verdict?.setup).not.toHaveProperty('mapsIds')
  await probeGvisor(host)
  expect(host.attempt).toHaveBeenCalledTimes(2)
})
