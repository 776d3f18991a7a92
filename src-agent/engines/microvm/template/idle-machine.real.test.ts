import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { run, start } from '../../../base/process/run.ts'
import { probeMicrovm } from '../../host/probe-microvm.ts'
import { createMachineCgroup } from '../qemu/machine-cgroup.ts'
import { type IdleDeps, withIdleMachine } from './idle-machine.ts'

const maker = fileURLToPath(new URL('../../../testing/engines/idle-maker.ts', import.meta.url))
const shape = { memoryMebibytes: 128, cpus: 1, disks: 1, network: true }

describe('a machine that nobody uses', () => {
  let folder: string
  let path: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'jyi-'))
    path = `/joey-test-${basename(folder).toLowerCase()}`
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const cgroup = () => createMachineCgroup(path, { limitsSwap: false, usesKvm: false })
  const cgroupFolders = () =>
    cgroup()
      .joinFiles()
      .map((file) => dirname(file))
      .filter((each) => existsSync(each))
  const hasJoined = async () => (await cgroup().processes()).length > 0
  const commands = async () =>
    (await run('ps', ['-eo', 'args'])).stdout.split('\n').filter((line) => line.includes(folder))
  const wait = (what: () => unknown) => expect.poll(what, { timeout: 30_000, interval: 1 })

  test.each(['begin', 'cgroup', 'joined', 'ready'] as const)('is gone when the agent is killed: %s', async (moment) => {
    const child = start(process.execPath, [maker, folder, path])
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
    if (moment === 'cgroup') await wait(() => cgroupFolders().length).toBeGreaterThan(0)
    else if (moment === 'joined') await wait(hasJoined).toBe(true)
    else await wait(() => said).toContain(moment)
    if (moment === 'ready') expect((await commands()).join('\n')).toContain('qemu-system')
    child.kill('SIGKILL')
    await once(child, 'exit')
    await wait(commands).toEqual([])
    await wait(() => cgroupFolders().length).toBe(0)
    expect(await commands()).toEqual([])
  })

  test('is gone when it is given up, at whatever moment', async () => {
    const { assets, programs } = await probeMicrovm({ run, folder, tryKvm: () => Promise.reject(new Error('no')) })
    if (assets === null) throw new Error('No micro-VM can run here.')
    const idle: IdleDeps = { programs, acceleration: 'tcg', cgroup: cgroup(), folder: join(folder, 'i') }
    const moments = [
      async () => {},
      () => wait(() => cgroupFolders().length).toBeGreaterThan(0),
      () => wait(hasJoined).toBe(true),
    ]
    for (const moment of moments) {
      const stop = new AbortController()
      const options = { bootMs: 60_000, signal: stop.signal }
      const made = withIdleMachine(idle, { assets, shape, ...options }, async () => {})
      void moment().then(() => stop.abort(new Error('given up')))
      await expect(made).rejects.toThrow('given up')
      expect(cgroupFolders()).toEqual([])
      expect(await commands()).toEqual([])
    }
  })
})
