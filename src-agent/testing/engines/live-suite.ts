import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync, truncateSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { listProcesses } from '../../base/kernel/cgroup-files.ts'
import { run } from '../../base/process/run.ts'
import { signalProcess } from '../../io/streams/guest-process.ts'
import { createMainInput } from '../../io/streams/main-input.ts'
import { openExecSource } from '../../io/terminals/exec-source.ts'
import { ability, type Driver, type LaunchPlan, type LiveSaving } from '../../engines/driver.ts'
import { limitsOf } from './limits-suite.ts'
import { createLiveDesk, type LiveDesk } from './live-fixture.ts'
import { type Trial, waitForText } from './trial.ts'

const counting = 'n=0; while :; do n=$((n+1)); echo $n; sleep 0.05; done'
const soon = { timeout: 20_000, interval: 20 }
const mebibyte = 1024 * 1024

/** What is written is flushed, and memory is saved and restored, where the driver can. Where not, it says so. */
export function describeLive(current: () => Trial): void {
  describeFlushing(current)
  describe('saved memory', () => {
    let desk: LiveDesk | undefined
    afterEach(() => desk?.clear(), 60_000)

    /** Runs only where the driver can. */
    const live: Live = (body) => async () => {
      const trial = current()
      const driver = savingOf(trial.driver)
      if (!driver) {
        expect(trial.driver.limitations).toContainEqual(expect.objectContaining({ feature: 'liveSnapshot' }))
        return
      }
      desk = createLiveDesk(trial, driver)
      await body(desk, trial)
    }
    describeGoingOn(live)
    describeIdentity(live)
    describeFailures(live)
  })
}

/** Who saves also restores. */
function savingOf(driver: Driver): (Driver & LiveSaving) | null {
  return ability(driver, 'saveState') && (driver as Driver & LiveSaving)
}

function describeFlushing(current: () => Trial): void {
  test('what was written inside is in the writable layer once it was asked for', async () => {
    const trial = current()
    await trial.launch(trial.plan(['sh', '-c', 'exec 5>>/held; echo first >&5; echo ready; sleep 1000']))
    await expect.poll(() => trial.output(), soon).toEqual(['ready'])
    await ability(trial.driver, 'flushDisk')?.flushDisk(trial.id, trial.paths)
    if (trial.driver.disk !== 'directory') return
    expect(readFileSync(join(trial.paths.upper, 'held'), 'utf8')).toBe('first\n')
  })
}

type Live = (body: (desk: LiveDesk, trial: Trial) => Promise<void>) => () => Promise<void>

function describeGoingOn(live: Live): void {
  test(
    'a count goes on where it was saved, and from the saved number in two forks',
    live(async (desk) => {
      const script = `exec 5>>/kept; n=0; while :; do n=$((n+1)); echo $n; echo $n >&5; sleep 0.05; done`
      const parent = desk.plan(1, script)
      await desk.launch(parent)
      await countsOn(desk, parent)
      const state = desk.state()
      const { pauseMs, running } = await desk.save(parent, state)
      const saved = countsOf(desk, parent).length
      expect(pauseMs).toBeGreaterThan(0)
      expect(pauseMs).toBeLessThan(10_000)
      expect(running.pid).toBeGreaterThan(0)
      await countsOn(desk, parent)
      // Nothing was lost or said twice.
      expect(countsOf(desk, parent)).toEqual(countsOf(desk, parent).map((_, index) => index + 1))
      expect(await desk.driver.phase(parent.id)).toBe('running')
      expect(await desk.driver.ending(parent.id, parent.paths)).toBeNull()

      const forks = [desk.plan(2, script), desk.plan(3, script)]
      await Promise.all(forks.map((fork) => desk.restore(fork, state)))
      for (const fork of forks) {
        await countsOn(desk, fork)
        const [first = 0] = countsOf(desk, fork)
        expect(Math.abs(first - saved)).toBeLessThan(15)
        // The open file is that of the fork's own disk, and whole.
        const kept = (await desk.ask(fork, 'sync; cat /kept')).split('\n').map(Number)
        expect(kept.length).toBeGreaterThan(first)
        expect(kept).toEqual(kept.map((_, index) => index + 1))
      }
    }),
  )

  test(
    'one that was saved is saved again, and the first state is still good',
    live(async (desk) => {
      const parent = desk.plan(1, counting)
      await desk.launch(parent)
      await countsOn(desk, parent)
      const [first, second] = [desk.state(), desk.state()]
      await desk.save(parent, first)
      const between = countsOf(desk, parent).length
      await countsOn(desk, parent)
      await desk.save(parent, second)
      await countsOn(desk, parent)
      expect(countsOf(desk, parent)).toEqual(countsOf(desk, parent).map((_, index) => index + 1))
      const fork = desk.plan(2, counting)
      await desk.restore(fork, first)
      await countsOn(desk, fork)
      expect(countsOf(desk, fork)[0]).toBeLessThan(between + 15)
    }),
  )

  test(
    'memory, input and exit code are those of any other sandbox, after the save and in a fork',
    live(async (desk) => {
      const script = 'x=$(seq 1 20000); echo begun; read line; echo got $line; echo "$x" | tail -n1; exit 7'
      const parent = desk.plan(1, script, { stdin: true })
      await desk.launch(parent)
      await expect.poll(() => desk.output(parent), soon).toEqual(['begun'])
      const state = desk.state()
      await desk.save(parent, state)
      const fork = desk.plan(2, script, { stdin: true })
      await desk.restore(fork, state)
      for (const [plan, before] of [
        [parent, ['begun']],
        [fork, []],
      ] as const) {
        const writer = await createMainInput({ attach: join(plan.paths.run, 'attach'), run }).open()
        writer.write(`${plan.hostname}\n`)
        expect(await desk.ending(plan)).toMatchObject({ code: 7, oomKills: 0 })
        expect(desk.output(plan)).toEqual([...before, `got ${plan.hostname}`, '20000'])
        expect(await desk.driver.phase(plan.id)).toBe('stopped')
      }
    }),
  )

  test(
    'a terminal of the main process is one again, or the driver says that it cannot',
    live(async (desk, trial) => {
      const script = 'test -t 0 && echo terminal; read line; test -t 1 && echo got $line; exit 3'
      const process = { ...trial.process(['sh', '-c', script]), tty: true, columns: 80, rows: 24 }
      const parent = desk.plan(1, script, { process })
      if (desk.driver.refusesSave(parent) !== null) return
      await desk.launch(parent)
      await expect.poll(() => desk.output(parent).join(), soon).toContain('terminal')
      const state = desk.state()
      await desk.save(parent, state)
      const fork = desk.plan(2, script, { process })
      await desk.restore(fork, state)
      for (const plan of [parent, fork]) {
        const writer = await createMainInput({ attach: join(plan.paths.run, 'attach'), run }).open()
        writer.write('line\n')
        expect(await desk.ending(plan)).toMatchObject({ code: 3 })
        expect(desk.output(plan).join()).toContain('got line')
      }
    }),
  )

  test(
    'commands that run in it during the save do not spoil it',
    live(async (desk, trial) => {
      const parent = desk.plan(1, counting)
      await desk.launch(parent)
      await countsOn(desk, parent)
      const asked = desk.ask(parent, 'sleep 30 & echo there; sleep 1')
      const command = await desk.driver.exec(parent.paths, parent.id, {
        ...trial.process(['sh', '-c', 'echo ready; sleep 1000']),
        ...{ tty: true, columns: 80, rows: 24 },
      })
      const terminal = await openExecSource(command, { program: 'sh', columns: 80, rows: 24, signalProcess })
      await waitForText(terminal)(/ready/)
      const state = desk.state()
      await desk.save(parent, state)
      await countsOn(desk, parent)
      const fork = desk.plan(2, counting)
      await desk.restore(fork, state)
      await countsOn(desk, fork)
      terminal.close()
      await asked
      expect(await desk.ask(fork, 'echo still')).toBe('still')
    }),
  )

  test(
    'what goes on is paused, signalled, killed and removed like any other',
    live(async (desk) => {
      const parent = desk.plan(1, `trap "echo bye; exit 5" TERM; ${counting}`)
      await desk.launch(parent)
      await countsOn(desk, parent)
      const state = desk.state()
      const { running } = await desk.save(parent, state)
      const fork = desk.plan(2, counting)
      const restored = await desk.restore(fork, state)
      for (const [plan, { pid, monitorPid }] of [
        [parent, running],
        [fork, restored],
      ] as const) {
        const { driver } = desk
        await driver.pause(plan.id)
        expect(await driver.phase(plan.id)).toBe('paused')
        await driver.resume(plan.id)
        expect(await desk.ask(plan, 'echo there')).toBe('there')
        await driver.kill(plan.id, 'TERM')
        expect(await desk.ending(plan)).toMatchObject({ code: 5 })
        expect(desk.output(plan)).toContain('bye')
        await expectNothingOf(desk, plan, [pid, monitorPid])
      }
    }),
  )
}

function describeIdentity(live: Live): void {
  test(
    'forks have the names of their plans inside, and the parent keeps its own',
    live(async (desk) => {
      const parent = desk.plan(1, counting)
      await desk.launch(parent)
      await countsOn(desk, parent)
      const state = desk.state()
      await desk.save(parent, state)
      const limits = { memoryBytes: 192 * mebibyte, cpus: null, pids: 64 }
      const fork = desk.plan(2, counting, { limits })
      await desk.restore(fork, state)
      for (const plan of [parent, fork]) {
        expect(await desk.ask(plan, 'hostname; cat /etc/hosts')).toBe(`${plan.hostname}\n127.0.0.1\t${plan.hostname}`)
      }
      const seen = limitsOf(desk.driver.cgroup(fork.id))
      expect(seen.memoryBytes).toBeGreaterThanOrEqual(192 * mebibyte)
      expect(seen.memoryBytes).toBeLessThan(1024 * mebibyte)
      expect(seen.pids).toBeLessThan(4_194_304)
    }),
  )

  test(
    'forks have addresses of their own, and the parent keeps its own',
    live(async (desk, trial) => {
      const make = trial.setting.network
      if (!make) return
      const networks = [await make(0), await make(1), await make(2)]
      const server = createServer().listen(0, '0.0.0.0')
      server.on('connection', (socket) => socket.on('error', () => {}))
      try {
        await once(server, 'listening')
        const connected = once(server, 'connection')
        const { port } = server.address() as AddressInfo
        // One connection stands, and one was just closed and lingers.
        const gateway = networks[0]?.address.gateway
        const script = `echo | busybox nc ${gateway} ${port} & (sleep 1000 | busybox nc ${gateway} ${port}) & ${counting}`
        const plans = networks.map(({ netns, address }, index) => desk.plan(index + 1, script, { netns, address }))
        const [parent, ...forks] = plans as [LaunchPlan, ...LaunchPlan[]]
        await desk.launch(parent)
        await connected
        await countsOn(desk, parent)
        const state = desk.state()
        await desk.save(parent, state)
        await countsOn(desk, parent)
        await Promise.all(forks.map((fork) => desk.restore(fork, state)))
        for (const plan of plans) {
          const { address, gateway, prefixLength } = plan.address ?? raise()
          const shown = await desk.ask(plan, `ip -o -4 addr; ping -c1 -W2 ${gateway}`)
          expect(shown).toContain(`inet ${address}/${prefixLength}`)
          expect(shown.match(/inet 10\./g)).toHaveLength(1)
          expect(shown).toContain('1 packets received')
        }
      } finally {
        await desk.clear()
        server.close()
        for (const network of networks) await network.dispose()
      }
    }),
  )
}

function describeFailures(live: Live): void {
  test(
    'a save whose copy of the disk fails is told, and the sandbox goes on',
    live(async (desk) => {
      const parent = desk.plan(1, counting)
      await desk.launch(parent)
      await countsOn(desk, parent)
      const atRest = () => Promise.reject(new Error('The disk is full.'))
      await expect(desk.save(parent, desk.state(), { atRest })).rejects.toThrow('The disk is full.')
      expect(await desk.driver.phase(parent.id)).toBe('running')
      await countsOn(desk, parent)
      expect(countsOf(desk, parent)).toEqual(countsOf(desk, parent).map((_, index) => index + 1))
    }),
  )

  test(
    'a save that is cancelled leaves the sandbox as it is',
    live(async (desk) => {
      const parent = desk.plan(1, counting)
      await desk.launch(parent)
      await countsOn(desk, parent)
      for (const afterMs of [0, 60, 250]) {
        const signal = AbortSignal.timeout(afterMs)
        await desk.save(parent, desk.state(), { signal }).catch(() => undefined)
        expect(await desk.driver.phase(parent.id)).toBe('running')
        await countsOn(desk, parent)
      }
      expect(countsOf(desk, parent)).toEqual(countsOf(desk, parent).map((_, index) => index + 1))
    }),
  )

  test(
    'without going on it has ended, and a fork goes on in its place',
    live(async (desk) => {
      const parent = desk.plan(1, counting)
      const { pid, monitorPid } = await desk.launch(parent)
      await countsOn(desk, parent)
      const state = desk.state()
      await desk.save(parent, state, { goOn: false })
      expect(await desk.driver.phase(parent.id)).not.toBe('running')
      await expectNothingOf(desk, parent, [pid, monitorPid])
      const fork = desk.plan(2, counting)
      await desk.restore(fork, state)
      await countsOn(desk, fork)
    }),
  )

  test(
    'a state that is damaged is refused, and nothing is left',
    live(async (desk) => {
      const parent = desk.plan(1, counting)
      await desk.launch(parent)
      await countsOn(desk, parent)
      const state = desk.state()
      await desk.save(parent, state)
      const fork = desk.plan(2, counting)
      for (const file of readdirSync(state)) {
        const path = join(state, file)
        if (statSync(path).isFile()) truncateSync(path, Math.floor(statSync(path).size * 0.6))
      }
      await expect(desk.restore(fork, state)).rejects.toMatchObject({ wire: { message: expect.stringMatching(/\.$/) } })
      await expectAbsent(desk, fork)
      const nothing = desk.driver.restoreState(fork, desk.state(), AbortSignal.timeout(60_000))
      await expect(nothing).rejects.toMatchObject({ wire: { code: expect.any(String) } })
      await expectAbsent(desk, fork)
      await countsOn(desk, parent)
    }),
  )

  test(
    'a restore that is cancelled leaves nothing',
    live(async (desk) => {
      const parent = desk.plan(1, counting)
      await desk.launch(parent)
      await countsOn(desk, parent)
      const state = desk.state()
      await desk.save(parent, state)
      const fork = desk.plan(2, counting)
      for (const afterMs of [0, 40, 120]) {
        await expect(desk.restore(fork, state, AbortSignal.timeout(afterMs))).rejects.toThrow()
        await expectAbsent(desk, fork)
      }
      await desk.restore(fork, state)
      await countsOn(desk, fork)
    }),
  )
}

function countsOf(desk: LiveDesk, plan: LaunchPlan): number[] {
  return desk
    .output(plan)
    .filter((line) => /^\d+$/.test(line))
    .map(Number)
}

async function countsOn(desk: LiveDesk, plan: LaunchPlan): Promise<void> {
  const before = countsOf(desk, plan).length
  await expect.poll(() => countsOf(desk, plan).length, soon).toBeGreaterThan(before + 2)
}

async function expectNothingOf(desk: LiveDesk, plan: LaunchPlan, pids: readonly number[]): Promise<void> {
  await desk.driver.remove(plan.id, plan.paths)
  await expect.poll(() => pids.filter((pid) => existsSync(`/proc/${pid}`)), soon).toEqual([])
  await expectAbsent(desk, plan)
}

async function expectAbsent({ driver }: LiveDesk, { id, paths }: LaunchPlan): Promise<void> {
  expect(await driver.phase(id)).toBe('absent')
  expect(await listProcesses(driver.cgroup(id))).toEqual([])
  const { stdout } = await run('ps', ['-eo', 'args'])
  expect(stdout.split('\n').filter((line) => line.includes(paths.run))).toEqual([])
}

function raise(): never {
  throw new Error('The plan has no address.')
}
