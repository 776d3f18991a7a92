import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { expect, test } from 'vitest'
import type { LaunchPlan } from '../../engines/driver.ts'
import { limitsOf } from './limits-suite.ts'
import { counting, countsOn, type Live } from './live-checks.ts'
import { rawSockets } from './raw-sockets.ts'

const mebibyte = 1024 * 1024

/** A fork is another sandbox: name, limits and addresses are those of its plan. */
export function describeIdentity(live: Live): void {
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
        const plans = networks.map(({ netns, address }, index) =>
          fixture.plan(index + 1, script, { netns, address, grants: [rawSockets] }),
        )
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

function raise(): never {
  throw new Error('The plan has no address.')
}
