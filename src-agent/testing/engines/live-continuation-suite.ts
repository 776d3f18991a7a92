import { join } from 'node:path'
import { expect, test } from 'vitest'
import { signalProcess } from '../../io/streams/guest-process.ts'
import { createMainInput } from '../../io/streams/main-input.ts'
import { openExecSource } from '../../io/terminals/exec-source.ts'
import { counting, countsOf, countsOn, expectNothingOf, type Live, soon } from './live-checks.ts'
import { waitForText } from './trial.ts'

/** What was saved goes on, in the sandbox itself and in forks. */
export function describeContinuation(live: Live): void {
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
    'what goes on is ended by force, the parent and a fork',
    live(async (fixture) => {
      const parent = fixture.plan(1, counting)
      await fixture.launch(parent)
      await countsOn(fixture, parent)
      const state = fixture.state()
      await fixture.save(parent, state)
      const fork = fixture.plan(2, counting)
      await fixture.restore(fork, state)
      for (const plan of [parent, fork]) {
        await fixture.driver.kill(plan.id, 'KILL', { all: true })
        expect(await fixture.ending(plan)).toMatchObject({ code: 137 })
      }
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
