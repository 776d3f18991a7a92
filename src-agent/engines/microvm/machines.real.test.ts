import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { SandboxId } from '#contract/sandbox'
import { listProcesses } from '../../base/kernel/cgroup-files.ts'
import { run } from '../../base/process/run.ts'
import { createMainInput } from '../../io/streams/main-input.ts'
import type { SandboxPaths } from '../../state/sandbox-paths.ts'
import { type MicrovmSetting, prepareMicrovm } from '../../testing/engines/microvm-setting.ts'
import type { Ending, LaunchPlan } from '../driver.ts'
import { createDriverOn } from './create-microvm.ts'
import { hostSize } from './qemu/boot-machine.ts'
import { shapeOf } from './qemu/machine-shape.ts'
import { createTemplates } from './template/templates.ts'

const signal = AbortSignal.timeout(300_000)
const noLimits = { memoryBytes: null, cpus: null, pids: null }

describe('micro-VMs', () => {
  let folder: string
  let setting: MicrovmSetting
  const made = new Map<SandboxId, SandboxPaths>()

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'jym-'))
    setting = await prepareMicrovm(folder, { templates: true })
    await setting.microvm.templates.ensure(shape())
  })
  afterEach(async () => {
    for (const [id, paths] of made) await setting.driver.remove(id, paths)
    for (const paths of made.values()) rmSync(paths.folder, { recursive: true, force: true })
    made.clear()
  })
  afterAll(async () => {
    await setting?.dispose()
    rmSync(folder, { recursive: true, force: true })
  })

  const shape = () => shapeOf({ limits: noLimits, lowerFiles: [''], netns: null }, hostSize())
  const stateFile = () => {
    const [key = ''] = readdirSync(setting.places.templates)
    const home = join(setting.places.templates, key)
    const name = readdirSync(home).find((each) => each.endsWith('.state'))
    return name === undefined ? null : join(home, name)
  }
  const planFor = (number: number, script: string, more: Partial<LaunchPlan> = {}): LaunchPlan => {
    const id = `bbbb0000000${number}` as SandboxId
    const own = join(folder, `s${number}`)
    const at = (name: string) => join(own, name)
    const paths = {
      folder: own,
      upper: at('upper'),
      work: at('work'),
      disk: at('disk'),
      log: at('log'),
      run: at('run'),
    }
    for (const path of [paths.run, at('etc')]) mkdirSync(path, { recursive: true })
    made.set(id, paths)
    const user = { uid: 0, gid: 0, additionalGids: [] }
    const process = { argv: ['sh', '-c', script], env: ['PATH=/bin'], cwd: '/', tty: false, ...user }
    const nothing = { mounts: [], netns: null, address: null, hostNetwork: false, grants: [], nameservers: null }
    const files = { lowers: [setting.tree], lowerFiles: setting.lowerFiles ?? [] }
    const rest = {
      stdin: false,
      limits: noLimits,
      diskBytes: null,
      readOnlyRoot: false,
      dropped: [],
      users: null,
      tmpfs: [],
      shmBytes: 1 << 20,
      sysctls: {},
    }
    return { id, hostname: 'machine', paths, process, ...files, ...nothing, ...rest, ...more }
  }
  const launch = async (plan: LaunchPlan) => {
    const running = await setting.driver.create(plan, signal)
    await setting.driver.start(plan.id, signal)
    return running
  }
  const ending = async ({ id, paths }: LaunchPlan): Promise<Ending> => {
    for (const deadline = Date.now() + 60_000; ; await sleep(20)) {
      const found = await setting.driver.ending(id, paths)
      if (found) return found
      if (Date.now() > deadline) throw new Error('It did not end.')
    }
  }
  const output = ({ paths }: LaunchPlan) =>
    readFileSync(paths.log, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split(' ').slice(3).join(' '))

  test('three at once start from one template, each with a clock, random numbers and a disk of its own', async () => {
    const script = 'cat /etc/mine 2>/dev/null; echo seen >/etc/mine; date +%s; cat /proc/sys/kernel/random/uuid'
    const plans = [1, 2, 3].map((number) => planFor(number, script))
    const begin = Math.floor(Date.now() / 1000)
    await Promise.all(plans.map(launch))
    const endings = await Promise.all(plans.map(ending))
    expect(endings.map(({ code }) => code)).toEqual([0, 0, 0])
    const said = plans.map(output)
    for (const [time = ''] of said) expect(Math.abs(Number(time) - begin)).toBeLessThan(60)
    expect(new Set(said.map(([, random]) => random)).size).toBe(3)
    expect(stateFile()).not.toBeNull()
  })

  test('the emulator is nobody, can gain nothing, and holds nothing that it does not need', async () => {
    const { pid } = await launch(planFor(1, 'sleep 1000'))
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    expect(status).toMatch(/^Name:\tqemu-system/m)
    expect(Number(/^Uid:\t(\d+)/m.exec(status)?.[1])).toBeGreaterThan(60_000)
    expect(status).toMatch(/^Groups:\t\s*\d*\s*$/m)
    for (const set of ['CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) expect(status).toMatch(`${set}:\t0000000000000000`)
    expect(status).toMatch(/^NoNewPrivs:\t1$/m)
    expect(status).toMatch(/^Seccomp:\t2$/m)
    for (const name of ['pid', 'mnt', 'net', 'ipc', 'uts']) {
      expect(readlinkSync(`/proc/${pid}/ns/${name}`)).not.toBe(readlinkSync(`/proc/self/ns/${name}`))
    }
    const open = readdirSync(`/proc/${pid}/fd`).map((each) => readlinkSync(`/proc/${pid}/fd/${each}`))
    const strange = open.filter(
      (target) => !/^(\/disks\/\d|\/dev\/null|socket:|pipe:|anon_inode:|.*\.pipe$)/.test(target),
    )
    expect(strange).toEqual([])
  })

  test('the input of the main process passes, and ends without its output', async () => {
    const plan = planFor(1, 'cat; echo after; sleep 0.2; echo last', { stdin: true })
    await launch(plan)
    const input = createMainInput(join(plan.paths.run, 'attach'))
    const writer = await input.open()
    writer.write('first\nsecond\n')
    await input.end()
    expect(await ending(plan)).toMatchObject({ code: 0 })
    expect(output(plan)).toEqual(['first', 'second', 'after', 'last'])
  })

  test('one whose parts are killed one by one is reported as ended, and nothing of it stays', async () => {
    const { driver } = setting
    for (const part of ['emulator', 'confinement', 'monitor'] as const) {
      const plan = planFor(1, 'sleep 1000')
      const { pid, monitorPid } = await launch(plan)
      const parent = Number(/^PPid:\t(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
      process.kill({ emulator: pid, confinement: parent, monitor: monitorPid }[part], 'SIGKILL')
      if (part !== 'monitor') {
        await expect.poll(() => driver.ending(plan.id, plan.paths), { timeout: 2_000 }).toMatchObject({ code: 137 })
      }
      await driver.remove(plan.id, plan.paths)
      expect(await listProcesses(driver.cgroup(plan.id))).toEqual([])
      expect(await driver.phase(plan.id)).toBe('absent')
      const processes = (await run('ps', ['-eo', 'args'])).stdout
      expect(processes).not.toContain(plan.paths.run)
    }
  })

  test('a guest that ends without last words was lost', async () => {
    const plan = planFor(1, 'sleep 1000')
    const { pid } = await launch(plan)
    process.kill(pid, 'SIGTERM')
    expect(await ending(plan)).toMatchObject({ code: 137, oomKills: 0 })
  })

  test('what the kernel said is there while it runs and afterwards', async () => {
    const plan = planFor(1, 'sleep 1000')
    await launch(plan)
    const { kernel, text } = await setting.driver.bootLog(plan.id, plan.paths)
    expect(kernel).toMatch(/^\d+\.\d+/)
    expect(text).toContain('EXT4-fs')
    await setting.driver.kill(plan.id, 'KILL', { all: true })
    await ending(plan)
    expect((await setting.driver.bootLog(plan.id, plan.paths)).text).toContain('EXT4-fs')
  })

  test('the memory of the engine is distinguished from that of the guest', async () => {
    const plan = planFor(1, 'sleep 1000')
    await launch(plan)
    const bytes = await setting.driver.engineMemory(plan.id, plan.paths)
    expect(bytes).toBeGreaterThan(5_000_000)
    expect(bytes).toBeLessThan(200_000_000)
  })

  test('a broken template is thrown away, and the machine boots instead', async () => {
    const make = async (_shape: unknown, path: string) => writeFileSync(path, 'this is no state of any machine')
    const { places, setup } = setting
    const templates = createTemplates({ folder: join(folder, 'broken'), key: 'key', make, log: places.log })
    await templates.ensure(shape())
    expect(await templates.find(shape())).not.toBeNull()
    const pool = { take: async () => false, refill: () => {} }
    const driver = await createDriverOn(setup, places, { templates, pool })
    const plan = planFor(1, 'exit 5')
    await driver.create(plan, signal)
    await driver.start(plan.id, signal)
    expect(await ending(plan)).toMatchObject({ code: 5 })
    expect(await templates.find(shape())).toBeNull()
    driver.close()
  })

  test('its disk is one that was in waiting, where there is one', async () => {
    const waiting = () => readdirSync(setting.places.disks).filter((name) => name.endsWith('.ext4'))
    await setting.microvm.warmUp()
    await expect.poll(() => waiting().length, { timeout: 10_000 }).toBe(2)
    const inodes = waiting().map((name) => statSync(join(setting.places.disks, name)).ino)
    const plans = [1, 2].map((number) => planFor(number, 'echo written >/file && sync && cat /file'))
    await Promise.all(plans.map(launch))
    expect((await Promise.all(plans.map(ending))).map(({ code }) => code)).toEqual([0, 0])
    expect(new Set(plans.map(({ paths }) => statSync(paths.disk).ino))).toEqual(new Set(inodes))
  })
})
