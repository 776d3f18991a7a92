import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync, truncateSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { AppError } from '#contract/app-error'
import { listProcesses } from '../../base/kernel/cgroup-files.ts'
import { run } from '../../base/process/run.ts'
import { ability, type Driver, type LaunchPlan, type LiveSaving } from '../../engines/driver.ts'
import { signalProcess } from '../../io/streams/guest-process.ts'
import { createMainInput } from '../../io/streams/main-input.ts'
import { openExecSource } from '../../io/terminals/exec-source.ts'
import { limitsOf } from './limits-suite.ts'
import { createLiveFixture, type LiveFixture } from './live-fixture.ts'
import { type Trial, waitForText } from './trial.ts'

const counting = 'n=0; while :; do n=$((n+1)); echo $n; sleep 0.05; done'
const soon = { timeout: 20_000, interval: 20 }
const mebibyte = 1024 * 1024

/** What is written is flushed, and memory is saved and restored, where the driver can. Where not, it says so. */
export function describeLive(current: () => Trial): void {
  describeFlushing(current)
  describe('saved memory', () => {
    let fixture: LiveFixture | undefined
    afterEach(() => fixture?.clear(), 60_000)

    /** Runs only where the driver can. */
    const live: Live = (body) => async () => {
      const trial = current()
      const driver = savingOf(trial.driver)
      if (!driver) {
        expect(trial.driver.limitations).toContainEqual(expect.objectContaining({ feature: 'liveSnapshot' }))
        return
      }
      fixture = createLiveFixture(trial, driver)
      await body(fixture, trial)
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
  test('what was written inside is in the writable layer once it was requested', async () => {
    const trial = current()
    await trial.launch(trial.plan(['sh', '-c', 'exec 5>>/held; echo first >&5; echo ready; sleep 1000']))
    await expect.poll(() => trial.output(), soon).toEqual(['ready'])
    await ability(trial.driver, 'flushDisk')?.flushDisk(trial.id, trial.paths)
    if (trial.driver.disk !== 'directory') return
    expect(readFileSync(join(trial.paths.upper, 'held'), 'utf8')).toBe('first\n')
  })
}

type Live = (body: (fixture: LiveFixture, trial: Trial) => Promise<void>) => () => Promise<void>

function describeGoingOn(live: Live): void {
  test(
    'a count goes on where it was saved, and from the saved number in two forks',
    live(async (fixture) => {
      const script = `exec 5>>/kept; n=0; while :; do n=$((n+1)); echo $n; echo $n >&5; sleep 0.05; done`
      const parent = fixture.plan(1, script)
      await fixture.launch(parent)
      await countsOn(fixture, parent)
      const state = fixture.state()
      const { pauseMs, running } = await fixture.save(parent, state)
      const saved = countsOf(fixture, parent).length
      expect(pauseMs).toBeGreaterThan(0)
      expect(pauseMs).toBeLessThan(10_000)
      expect(running.pid).toBeGreaterThan(0)
      await countsOn(fixture, parent)
      // Nothing was lost or said twice.
      expect(countsOf(fixture, parent)).toEqual(countsOf(fixture, parent).map((_, index) => index + 1))
      expect(await fixture.driver.phase(parent.id)).toBe('running')
      expect(await fixture.driver.ending(parent.id, parent.paths)).toBeNull()

      const forks = [fixture.plan(2, script), fixture.plan(3, script)]
      await Promise.all(forks.map((fork) => fixture.restore(fork, state)))
      for (const fork of forks) {
        await countsOn(fixture, fork)
        const [first = 0] = countsOf(fixture, fork)
        expect(Math.abs(first - saved)).toBeLessThan(15)
        // The open file is that of the fork's own disk, and whole.
        const kept = (await fixture.runShell(fork, 'sync; cat /kept')).split('\n').map(Number)
        expect(kept.length).toBeGreaterThan(first)
        expect(kept).toEqual(kept.map((_, index) => index + 1))
      }
    }),
  )

  test(
    'one that was saved is saved again, and the first state is still good',
    live(async (fixture) => {
      const parent = fixture.plan(1, counting)
      await fixture.launch(parent)
      await countsOn(fixture, parent)
      const [first, second] = [fixture.state(), fixture.state()]
      await fixture.save(parent, first)
      const between = countsOf(fixture, parent).length
      await countsOn(fixture, parent)
      await fixture.save(parent, second)
      await countsOn(fixture, parent)
      expect(countsOf(fixture, parent)).toEqual(countsOf(fixture, parent).map((_, index) => index + 1))
      const fork = fixture.plan(2, counting)
      await fixture.restore(fork, first)
      await countsOn(fixture, fork)
      expect(countsOf(fixture, fork)[0]).toBeLessThan(between + 15)
    }),
  )

  test(
    'memory, input and exit code are those of any other sandbox, after the save and in a fork',
    live(async (fixture) => {
      const script = 'x=$(seq 1 20000); echo begun; read line; echo got $line; echo "$x" | tail -n1; exit 7'
      const parent = fixture.plan(1, script, { stdin: true })
      await fixture.launch(parent)
      await expect.poll(() => fixture.output(parent), soon).toEqual(['begun'])
      const state = fixture.state()
      await fixture.save(parent, state)
      const fork = fixture.plan(2, script, { stdin: true })
      await fixture.restore(fork, state)
      for (const [plan, before] of [
        [parent, ['begun']],
        [fork, []],
      ] as const) {
        const writer = await createMainInput(join(plan.paths.run, 'attach')).open()
        writer.write(`${plan.hostname}\n`)
        expect(await fixture.ending(plan)).toMatchObject({ code: 7, oomKills: 0 })
        expect(fixture.output(plan)).toEqual([...before, `got ${plan.hostname}`, '20000'])
        expect(await fixture.driver.phase(plan.id)).toBe('stopped')
      }
    }),
  )

  test(
    'a terminal of the main process is one again, or the driver says that it cannot',
    live(async (fixture, trial) => {
      const script = 'test -t 0 && echo terminal; read line; test -t 1 && echo got $line; exit 3'
      const process = { ...trial.process(['sh', '-c', script]), tty: true, columns: 80, rows: 24 }
      const parent = fixture.plan(1, script, { process })
      if (fixture.driver.refusesSave(parent) !== null) return
      await fixture.launch(parent)
      await expect.poll(() => fixture.output(parent).join(), soon).toContain('terminal')
      const state = fixture.state()
      await fixture.save(parent, state)
      const fork = fixture.plan(2, script, { process })
      await fixture.restore(fork, state)
      for (const plan of [parent, fork]) {
        const writer = await createMainInput(join(plan.paths.run, 'attach')).open()
        writer.write('line\n')
        expect(await fixture.ending(plan)).toMatchObject({ code: 3 })
        expect(fixture.output(plan).join()).toContain('got line')
      }
    }),
  )

  test(
    'commands that run in it during the save do not spoil it',
    live(async (fixture, trial) => {
      const parent = fixture.plan(1, counting)
      await fixture.launch(parent)
      await countsOn(fixture, parent)
      const running = fixture.runShell(parent, 'sleep 30 & echo there; sleep 1')
      const command = await fixture.driver.exec(parent.paths, parent.id, {
        ...trial.process(['sh', '-c', 'echo ready; sleep 1000']),
        ...{ tty: true, columns: 80, rows: 24 },
      })
      const terminal = await openExecSource(command, { program: 'sh', columns: 80, rows: 24, signalProcess })
      await waitForText(terminal)(/ready/)
      const state = fixture.state()
      await fixture.save(parent, state)
      await countsOn(fixture, parent)
      const fork = fixture.plan(2, counting)
      await fixture.restore(fork, state)
      await countsOn(fixture, fork)
      terminal.close()
      await running
      expect(await fixture.runShell(fork, 'echo still')).toBe('still')
    }),
  )

  test(
    'what goes on is paused, signalled, killed and removed like any other',
    live(async (fixture) => {
      const parent = fixture.plan(1, `trap "echo bye; exit 5" TERM; ${counting}`)
      await fixture.launch(parent)
      await countsOn(fixture, parent)
      const state = fixture.state()
      const { running } = await fixture.save(parent, state)
      const fork = fixture.plan(2, counting)
      const restored = await fixture.restore(fork, state)
      for (const [plan, { pid, monitorPid }] of [
        [parent, running],
        [fork, restored],
      ] as const) {
        const { driver } = fixture
        await driver.pause(plan.id)
        expect(await driver.phase(plan.id)).toBe('paused')
        await driver.resume(plan.id)
        expect(await fixture.runShell(plan, 'echo there')).toBe('there')
        await driver.kill(plan.id, 'TERM')
        expect(await fixture.ending(plan)).toMatchObject({ code: 5 })
        expect(fixture.output(plan)).toContain('bye')
        await expectNothingOf(fixture, plan, [pid, monitorPid])
      }
    }),
  )
}

function describeIdentity(live: Live): void {
  test(
    'forks have the names of their plans inside, and the parent keeps its own',
    live(async (fixture) => {
      const parent = fixture.plan(1, counting)
      await fixture.launch(parent)
      await countsOn(fixture, parent)
      const state = fixture.state()
      await fixture.save(parent, state)
      const limits = { memoryBytes: 192 * mebibyte, cpus: null, pids: 64 }
      const fork = fixture.plan(2, counting, { limits })
      await fixture.restore(fork, state)
      for (const plan of [parent, fork]) {
        expect(await fixture.runShell(plan, 'hostname; cat /etc/hosts')).toBe(
          `${plan.hostname}\n127.0.0.1\t${plan.hostname}`,
        )
      }
      const seen = limitsOf(fixture.driver.cgroup(fork.id))
      expect(seen.memoryBytes).toBeGreaterThanOrEqual(192 * mebibyte)
      expect(seen.memoryBytes).toBeLessThan(1024 * mebibyte)
      expect(seen.pids).toBeLessThan(4_194_304)
    }),
  )

  test(
    'forks have addresses of their own, and the parent keeps its own',
    live(async (fixture, trial) => {
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
        const plans = networks.map(({ netns, address }, index) => fixture.plan(index + 1, script, { netns, address }))
        const [parent, ...forks] = plans as [LaunchPlan, ...LaunchPlan[]]
        await fixture.launch(parent)
        await connected
        await countsOn(fixture, parent)
        const state = fixture.state()
        trial.setting.allowPatch?.(true)
        await fixture.save(parent, state)
        await countsOn(fixture, parent)
        await Promise.all(forks.map((fork) => fixture.restore(fork, state)))
        for (const plan of plans) {
          const { address, gateway, prefixLength } = plan.address ?? raise()
          const shown = await fixture.runShell(plan, `ip -o -4 addr; ping -c1 -W2 ${gateway}`)
          expect(shown).toContain(`inet ${address}/${prefixLength}`)
          expect(shown.match(/inet 10\./g)).toHaveLength(1)
          expect(shown).toContain('1 packets received')
        }
      } finally {
        trial.setting.allowPatch?.(false)
        await fixture.clear()
        server.close()
        for (const network of networks) await network.dispose()
      }
    }),
  )
}

function describeFailures(live: Live): void {
  test(
    'where connections cannot be saved and the engine may not be changed, they are named, and the sandbox runs on with them',
    live(async (fixture, trial) => {
      const { network: make, allowPatch } = trial.setting
      if (!make || !allowPatch) return
      const network = await make(0)
      const server = createServer((socket) => socket.on('error', () => {})).listen(0, '0.0.0.0')
      try {
        await once(server, 'listening')
        const connected = once(server, 'connection')
        const { port } = server.address() as AddressInfo
        const { netns, address } = network
        const script = `(sleep 1000 | busybox nc ${address.gateway} ${port}) & ${counting}`
        const parent = fixture.plan(1, script, { netns, address })
        await fixture.launch(parent)
        const [socket] = await connected
        await expect(fixture.save(parent, fixture.state())).rejects.toMatchObject({
          wire: { reason: 'live-connections-open', message: expect.stringContaining(`to ${address.gateway}:${port}`) },
        })
        await countsOn(fixture, parent)
        expect(socket.destroyed).toBe(false)
        socket.destroy()
        const reason = () =>
          fixture.save(parent, fixture.state()).then(
            () => null,
            (error: unknown) => AppError.from(error).wire.reason,
          )
        await expect.poll(reason, soon).toBe('live-connections-lingering')
        await countsOn(fixture, parent)
      } finally {
        await fixture.clear()
        server.close()
        await network.dispose()
      }
    }),
  )

  test(
    'a save whose copy of the disk fails is reported, and the sandbox goes on',
    live(async (fixture) => {
      const parent = fixture.plan(1, counting)
      await fixture.launch(parent)
      await countsOn(fixture, parent)
      const atRest = () => Promise.reject(new Error('The disk is full.'))
      await expect(fixture.save(parent, fixture.state(), { atRest })).rejects.toThrow('The disk is full.')
      expect(await fixture.driver.phase(parent.id)).toBe('running')
      await countsOn(fixture, parent)
      expect(countsOf(fixture, parent)).toEqual(countsOf(fixture, parent).map((_, index) => index + 1))
    }),
  )

  test(
    'a save that is cancelled leaves the sandbox as it is',
    live(async (fixture) => {
      const parent = fixture.plan(1, counting)
      await fixture.launch(parent)
      await countsOn(fixture, parent)
      for (const afterMs of [0, 60, 250]) {
        const signal = AbortSignal.timeout(afterMs)
        await fixture.save(parent, fixture.state(), { signal }).catch(() => undefined)
        expect(await fixture.driver.phase(parent.id)).toBe('running')
        await countsOn(fixture, parent)
      }
      expect(countsOf(fixture, parent)).toEqual(countsOf(fixture, parent).map((_, index) => index + 1))
    }),
  )

  test(
    'without going on it has ended, and a fork goes on in its place',
    live(async (fixture) => {
      const parent = fixture.plan(1, counting)
      const { pid, monitorPid } = await fixture.launch(parent)
      await countsOn(fixture, parent)
      const state = fixture.state()
      await fixture.save(parent, state, { goOn: false })
      expect(await fixture.driver.phase(parent.id)).not.toBe('running')
      await expectNothingOf(fixture, parent, [pid, monitorPid])
      const fork = fixture.plan(2, counting)
      await fixture.restore(fork, state)
      await countsOn(fixture, fork)
    }),
  )

  test(
    'a state that is damaged is refused, and nothing is left',
    live(async (fixture) => {
      const parent = fixture.plan(1, counting)
      await fixture.launch(parent)
      await countsOn(fixture, parent)
      const state = fixture.state()
      await fixture.save(parent, state)
      const fork = fixture.plan(2, counting)
      for (const file of readdirSync(state)) {
        const path = join(state, file)
        if (statSync(path).isFile()) truncateSync(path, Math.floor(statSync(path).size * 0.6))
      }
      await expect(fixture.restore(fork, state)).rejects.toMatchObject({
        wire: { message: expect.stringMatching(/\.$/) },
      })
      await expectAbsent(fixture, fork)
      const nothing = fixture.driver.restoreState(fork, fixture.state(), AbortSignal.timeout(60_000))
      await expect(nothing).rejects.toMatchObject({ wire: { code: expect.any(String) } })
      await expectAbsent(fixture, fork)
      await countsOn(fixture, parent)
    }),
  )

  test(
    'a restore that is cancelled leaves nothing',
    live(async (fixture) => {
      const parent = fixture.plan(1, counting)
      await fixture.launch(parent)
      await countsOn(fixture, parent)
      const state = fixture.state()
      await fixture.save(parent, state)
      const fork = fixture.plan(2, counting)
      for (const afterMs of [0, 40, 120]) {
        await expect(fixture.restore(fork, state, AbortSignal.timeout(afterMs))).rejects.toThrow()
        await expectAbsent(fixture, fork)
      }
      await fixture.restore(fork, state)
      await countsOn(fixture, fork)
    }),
  )
}

function countsOf(fixture: LiveFixture, plan: LaunchPlan): number[] {
  return fixture
    .output(plan)
    .filter((line) => /^\d+$/.test(line))
    .map(Number)
}

async function countsOn(fixture: LiveFixture, plan: LaunchPlan): Promise<void> {
  const before = countsOf(fixture, plan).length
  await expect.poll(() => countsOf(fixture, plan).length, soon).toBeGreaterThan(before + 2)
}

async function expectNothingOf(fixture: LiveFixture, plan: LaunchPlan, pids: readonly number[]): Promise<void> {
  await fixture.driver.remove(plan.id, plan.paths)
  await expect.poll(() => pids.filter((pid) => existsSync(`/proc/${pid}`)), soon).toEqual([])
  await expectAbsent(fixture, plan)
}

async function expectAbsent({ driver }: LiveFixture, { id, paths }: LaunchPlan): Promise<void> {
  expect(await driver.phase(id)).toBe('absent')
  expect(await listProcesses(driver.cgroup(id))).toEqual([])
  const { stdout } = await run('ps', ['-eo', 'args'])
  expect(stdout.split('\n').filter((line) => line.includes(paths.run))).toEqual([])
}

function raise(): never {
  throw new Error('The plan has no address.')
}
