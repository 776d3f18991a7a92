import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { listProcesses } from '../../base/kernel/cgroup-files.ts'
import { run } from '../../base/process/run.ts'
import { createDiskConverter } from '../../storage/ext4/ext4-disk.ts'
import { createMachineFixture, type MachineFixture } from '../../testing/engines/machine-fixture.ts'
import { prepareMicrovm } from '../../testing/engines/microvm-setting.ts'
import { placedMount } from '../../testing/engines/placed-mount.ts'
import { rawSockets } from '../../testing/engines/raw-sockets.ts'
import type { LaunchPlan } from '../driver.ts'

const signal = AbortSignal.timeout(300_000)
const counting = 'n=0; while :; do n=$((n+1)); echo $n; sleep 0.05; done'
const soon = { timeout: 10_000, interval: 20 }

/** Beside what every driver that saves memory must do: testing/engines/live-suite.ts. */
describe('a saved micro-VM', () => {
  let folder: string
  let fixture: MachineFixture
  let state: string
  let number = 0

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'jyl-'))
    fixture = createMachineFixture(await prepareMicrovm(folder, { templates: true }), folder)
    await fixture.setting.microvm.warmUp()
  })
  beforeEach(() => {
    number += 1
    state = join(folder, `state${number}`)
  })
  afterEach(async () => {
    await fixture.clear()
    for (const path of [state, `${state}.disk`]) rmSync(path, { recursive: true, force: true })
  })
  afterAll(async () => {
    await fixture?.setting.dispose()
    rmSync(folder, { recursive: true, force: true })
  })

  const countsOn = async (plan: LaunchPlan) => {
    const before = fixture.output(plan).length
    await expect.poll(() => fixture.output(plan).length, soon).toBeGreaterThan(before + 2)
  }
  const expectNothingOf = async ({ id, paths }: LaunchPlan) => {
    expect(await fixture.setting.driver.phase(id)).toBe('absent')
    expect(await listProcesses(fixture.setting.driver.cgroup(id))).toEqual([])
    expect((await run('ps', ['-eo', 'args'])).stdout).not.toContain(paths.run)
    mkdirSync(paths.run)
  }

  test('knows who it is before any of its processes runs, and has a clock and random numbers of its own', async () => {
    const parent = fixture.plan(1, 'while :; do hostname >>/names; sleep 0.02; done')
    await fixture.launch(parent)
    await expect.poll(() => fixture.runShell(parent, 'wc -l </names'), soon).toMatch(/\d\d/)
    await fixture.save(parent, state)
    const upper = join(folder, 'then')
    await createDiskConverter(run).readDisk({ disk: `${state}.disk`, upper, signal })
    const then = readFileSync(join(upper, 'names'), 'utf8').trim().split('\n').length
    const forks = [fixture.plan(2, ''), fixture.plan(3, '')]
    await Promise.all(forks.map((fork) => fixture.restore(fork, state)))
    for (const fork of forks) {
      const names = async () => (await fixture.runShell(fork, 'cat /names')).split('\n')
      await expect.poll(names, soon).toContain(fork.hostname)
      // One may have asked for the name already, and not have written it down yet.
      expect((await names()).filter((name) => name === 'number1').length - then).toBeLessThanOrEqual(1)
      const time = Number(await fixture.runShell(fork, 'date +%s'))
      expect(Math.abs(time - Date.now() / 1000)).toBeLessThan(30)
    }
    const random = await Promise.all(forks.map((fork) => fixture.runShell(fork, 'cat /proc/sys/kernel/random/uuid')))
    expect(new Set(random).size).toBe(2)
  })

  test('has none of the commands that were run in the one that it was saved from, and those go on there', async () => {
    const { driver } = fixture.setting
    const parent = fixture.plan(1, 'sleep 1000')
    await fixture.launch(parent)
    const beside = await fixture.open(parent, 'cat')
    await fixture.save(parent, state)
    beside.stdin?.write('still there\n')
    expect(String(await new Promise((resolve) => beside.stdout.once('data', resolve)))).toBe('still there\n')
    const fork = fixture.plan(2, 'sleep 1000', { limits: { memoryBytes: 2 ** 27, cpus: null, pids: 30 } })
    await fixture.restore(fork, state)
    await expect.poll(() => fixture.runShell(fork, 'ps'), soon).not.toContain(' cat')
    expect(await fixture.runShell(fork, 'cat /sys/fs/cgroup/pids.max /sys/fs/cgroup/memory.max')).toBe(`30\n${2 ** 27}`)
    await driver.update(fork.id, { memoryBytes: null, cpus: 1, pids: 40 })
    const { memoryMebibytes } = JSON.parse(readFileSync(join(state, 'machine.json'), 'utf8')).shape
    const limits = { memoryBytes: (memoryMebibytes + 1) * 2 ** 20, cpus: null, pids: null }
    await expect(driver.update(fork.id, limits)).rejects.toMatchObject({ wire: { reason: 'needs-restart' } })
  })

  test('has the hardware address of its plan, or no network where the plan has none', async () => {
    const network = await fixture.setting.network?.(0)
    const other = await fixture.setting.network?.(1)
    if (!network || !other) throw new Error('There is no network.')
    try {
      const parent = fixture.plan(1, 'sleep 1000', {
        netns: network.netns,
        address: network.address,
        grants: [rawSockets],
      })
      await fixture.launch(parent)
      const show = 'ip addr show dev eth0; ip route'
      expect(await fixture.runShell(parent, show)).toContain(network.address.mac)
      await fixture.save(parent, state)
      const address = { ...other.address, mac: '02:00:00:00:77:77' }
      const fork = fixture.plan(2, 'sleep 1000', { netns: other.netns, address, grants: [rawSockets] })
      await fixture.restore(fork, state)
      const shown = await fixture.runShell(fork, `ping -c1 -W5 ${address.gateway}; ${show}`)
      expect(shown).toContain('1 packets received')
      expect(shown).toContain('02:00:00:00:77:77')
      expect(shown).toContain(`default via ${address.gateway}`)
      expect(shown).not.toContain(network.address.mac)
      expect(shown).not.toContain(`${network.address.gateway} `)
      const alone = fixture.plan(3, 'sleep 1000', { grants: [rawSockets] })
      await fixture.restore(alone, state)
      expect(await fixture.runShell(alone, 'ip link show dev eth0; ip route')).toMatch(
        /<BROADCAST,MULTICAST> [^\n]*\n[^\n]*$/,
      )
    } finally {
      await fixture.clear()
      for (const each of [network, other]) await each.dispose()
    }
  })

  test('is refused where what cannot change differs, in words, and nothing is left', async () => {
    const { driver } = fixture.setting
    const mount = placedMount({ kind: 'bind', source: folder, target: '/mnt', readOnly: true }, folder)
    expect(driver.refusesSave({ ...fixture.plan(1, ''), mounts: [mount] })).toBe('mounts')
    expect(driver.refusesSave(fixture.plan(1, ''))).toBeNull()
    const parent = fixture.plan(1, 'sleep 1000')
    await fixture.launch(parent)
    await fixture.save(parent, state)
    const different: readonly Partial<LaunchPlan>[] = [
      { readOnlyRoot: true },
      { grants: [{ kind: 'no-seccomp' }] },
      { mounts: [mount] },
      { lowerFiles: [] },
    ]
    for (const more of different) {
      const fork = fixture.plan(2, 'sleep 1000', more)
      await expect(fixture.restore(fork, state)).rejects.toMatchObject({ wire: { reason: 'state-differs' } })
      await expectNothingOf(fork)
    }
    const memory = join(state, 'memory')
    writeFileSync(memory, Buffer.alloc(statSync(memory).size, 7))
    const fork = fixture.plan(2, 'sleep 1000')
    await expect(fixture.restore(fork, state)).rejects.toMatchObject({ wire: { reason: 'restore-failed' } })
    await expectNothingOf(fork)
  })

  test('that is given up leaves nothing in its folder', async () => {
    const { driver } = fixture.setting
    const parent = fixture.plan(1, counting)
    await fixture.launch(parent)
    mkdirSync(state)
    const stop = new AbortController()
    const atRest = async () => stop.abort(new Error('given up'))
    await expect(driver.saveState(parent, state, { atRest, goOn: false, signal: stop.signal })).rejects.toThrow(
      'given up',
    )
    expect(readdirSync(state)).toEqual([])
    await countsOn(parent)
  })

  test('goes on when the agent was killed while it saved', async () => {
    const parent = fixture.plan(1, counting)
    await fixture.launch(parent)
    mkdirSync(state)
    const { promise: standing, resolve } = Promise.withResolvers<void>()
    const atRest = () => {
      resolve()
      return new Promise<void>(() => {})
    }
    void fixture.setting.driver.saveState(parent, state, { atRest, goOn: true, signal }).catch(() => undefined)
    await standing
    const before = fixture.output(parent).length
    await sleep(300)
    expect(fixture.output(parent).length).toBeLessThanOrEqual(before + 1)
    const later = await fixture.setting.again()
    expect(await later.phase(parent.id)).toBe('running')
    await countsOn(parent)
    expect(await fixture.runShell(parent, 'echo answers', later)).toBe('answers')
  })
})
