import { readFileSync, realpathSync } from 'node:fs'
import { release, version } from 'node:os'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { IsolationClass, Sandbox } from '#contract/sandbox'
import { createTestAgent, scriptSpec, type TestAgent } from '../testing/test-agent.ts'
import { stageCanaries } from './canaries.ts'
import { realSights } from './host-checks.ts'
import { createSelfTest } from './self-test.ts'

let agent: TestAgent
let neighbour: Sandbox
let offered: readonly IsolationClass[] = []
beforeAll(async () => {
  agent = createTestAgent()
  await agent.start()
  const { classes } = await agent.client.examineHost({})
  offered = classes.filter(({ available }) => available).map((each) => each.class)
  const spec = scriptSpec('sleep 1000', { class: 'container', network: 'nat' })
  neighbour = await agent.client.createSandbox({ spec, start: true })
}, 60_000)
afterAll(() => agent.dispose(), 60_000)

/** By the agent's own exec, on a sandbox beside another on the same bridge. */
test.each(['container', 'gvisor', 'microvm'] as const)(
  'the wall of a sandbox of class %s stands',
  async (wall) => {
    if (!offered.includes(wall)) {
      expect(offered, 'every machine offers containers').toContain('container')
      return
    }
    const limits = { memoryBytes: 256 * 1024 * 1024, cpus: 1, pids: 512 }
    const sandbox = await agent.client.createSandbox({
      spec: scriptSpec('sleep 1000', { class: wall, network: 'nat', limits }),
      start: true,
    })
    const report = await selfTestOf(sandbox).run(sandbox.id, AbortSignal.timeout(100_000))
    expect(report.results.filter(({ outcome }) => outcome === 'fail')).toEqual([])
    const passed = report.results.filter(({ outcome }) => outcome === 'pass').map(({ id }) => id)
    expect(passed.length).toBeGreaterThan(40)
    expect(passed).toEqual(expect.arrayContaining(['network.host-addresses', 'neighbours.addresses', 'files.by-path']))
    if (wall !== 'container') expect(passed).toContain('kernel.own')
    // Still there, and as it was.
    const { stdout } = await agent.exec(sandbox.id, { argv: ['sh', '-c', 'ls -A /dev /tmp | grep -c joey-'] })
    expect(stdout.toString().trim()).toBe('0')
    await agent.client.removeSandbox({ ref: sandbox.id, force: true })
  },
  120_000,
)

function selfTestOf(sandbox: Sandbox) {
  const home = realpathSync(agent.place.home)
  return createSelfTest({
    records: { get: () => null, put: () => undefined, forget: () => undefined },
    now: () => new Date(),
    log: { warn: () => undefined, info: () => undefined },
    find: () => sandbox,
    run: async (_sandbox, argv) => {
      const { stdout, end } = await agent.exec(sandbox.id, { argv: [...argv], user: '0' })
      return { code: end.code ?? 255, output: stdout.toString() }
    },
    stage: () => stageCanaries(home),
    hostSubject: ({ pid, spec }) => ({
      class: sandbox.class,
      pid: pid ?? 0,
      cgroup: cgroupOf(pid ?? 0),
      limits: spec.limits,
      grants: [],
    }),
    readTree: () => undefined,
    countOomKills: async () => 0,
    surroundings: async () => ({
      siblings: neighbour.address === null ? [] : [neighbour.address],
      sockets: [agent.place.socketPath],
      disks: [],
    }),
    host: {
      boot: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
      kernel: release(),
      version: version(),
    },
    sights: realSights,
    keep: async () => undefined,
  })
}

/** As the kernel has it, of the controller of memory or of the one tree. */
function cgroupOf(pid: number): string {
  const lines = readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n')
  const line = lines.find((each) => /^\d+:memory:/.test(each)) ?? lines.find((each) => each.startsWith('0::')) ?? ''
  return line.replace(/^\d+:[^:]*:/, '')
}
