import { once } from 'node:events'
import { readdirSync, statSync, truncateSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { AppError } from '#contract/app-error'
import { counting, countsOf, countsOn, expectAbsent, expectNothingOf, type Live, soon } from './live-checks.ts'

/** A save or restore that fails or is cancelled leaves the sandbox as it is, and nothing of a fork. */
export function describeFailures(live: Live): void {
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
    'a memory whose programs hold what is not granted any more is refused, and nothing is left',
    live(async (fixture) => {
      const grants = [{ kind: 'cap', name: 'NET_RAW' } as const]
      const parent = fixture.plan(1, counting, { grants })
      await fixture.launch(parent)
      await countsOn(fixture, parent)
      const state = fixture.state()
      // Taken back while it runs, so that its record says so already.
      await fixture.save({ ...parent, grants: [] }, state)
      const fork = fixture.plan(2, counting)
      await expect(fixture.restore(fork, state)).rejects.toMatchObject({ wire: { reason: 'state-differs' } })
      await expectAbsent(fixture, fork)
      const same = fixture.plan(3, counting, { grants })
      await fixture.restore(same, state)
      await countsOn(fixture, same)
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
