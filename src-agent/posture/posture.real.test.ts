import { realpathSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { IsolationClass } from '#contract/sandbox'
import { createTestAgent, scriptSpec, type TestAgent } from '../testing/test-agent.ts'
import { findUnexpected } from './compare.ts'
import { expectations } from './expectations.ts'
import { findProcesses, type Holdings, readHoldings } from './holdings.ts'

let agent: TestAgent
let offered: readonly IsolationClass[] = []
beforeAll(async () => {
  agent = createTestAgent()
  await agent.start()
  const { classes } = await agent.client.examineHost({})
  offered = classes.filter(({ available }) => available).map((each) => each.class)
}, 60_000)
afterAll(() => agent.dispose(), 60_000)

/** A wait for what belongs to the start only: helpers that end by themselves. */
const settleMs = 500

test.each(['container', 'gvisor', 'microvm'] as const)(
  'the processes of a sandbox of class %s hold what is expected and nothing else',
  async (wall) => {
    if (!offered.includes(wall)) {
      expect(offered, 'every machine offers containers').toContain('container')
      return
    }
    const limits = { memoryBytes: 256 * 1024 * 1024, cpus: 1, pids: 512 }
    const spec = scriptSpec('sleep 1000', { class: wall, network: 'nat', limits })
    const { id } = await agent.client.createSandbox({ spec, start: true })
    await sleep(settleMs)
    const all = await look(id)
    const roles = all.map((held) => expectations.find(({ is, classes }) => classes.includes(wall) && is(held)))
    const said = all.flatMap((held, index) => {
      const expected = roles[index]
      return expected ? findUnexpected(held, expected) : [`a process that nobody expects: ${held.commandLine}`]
    })
    expect(said).toEqual([])
    // The test sees: whatever its class, there is a monitor and something that it watches.
    expect(roles.map((expected) => expected?.role)).toContain('monitor')
    expect(new Set(roles).size).toBeGreaterThan(1)
    await agent.client.removeSandbox({ ref: id, force: true })
    expect(await findProcesses(id)).toEqual([])
  },
  90_000,
)

async function look(id: string): Promise<readonly Holdings[]> {
  const home = realpathSync(agent.place.home)
  const words = [
    [`${home}/run`, 'RUN'],
    [home, 'HOME'],
    [id, 'ID'],
  ] as const
  const pids = await findProcesses(id)
  const all = await Promise.all(pids.map((pid) => readHoldings(pid, words)))
  return all.flatMap((held) => (held ? [{ ...held, commandLine: held.commandLine.replaceAll(id, 'ID') }] : []))
}
