import { createHash } from 'node:crypto'
import { existsSync, realpathSync, writeFileSync } from 'node:fs'
import { availableParallelism, loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Sandbox } from '#contract/sandbox'
import { createTestAgent, scriptSpec } from '../../testing/test-agent.ts'
import { createCgroupReader } from '../usage/cgroup-reader.ts'
import { createInterferenceMeter, type Disturbance, type InterferenceMeter, type Neighbour } from './interference.ts'

const agent = createTestAgent()
const tag = createHash('sha256').update(realpathSync(agent.place.home)).digest('hex').slice(0, 6)
beforeAll(() => agent.start())
afterAll(() => agent.dispose())

const burner = 'while :; do :; done'
/** Works a while, sleeps a little, as one that answers many questions does. */
const patient = 'while :; do i=0; while [ $i -lt 8000 ]; do i=$((i+1)); done; usleep 5000; done'

async function open(name: string, script: string, weight: number): Promise<Neighbour> {
  const box: Sandbox = await agent.client.createSandbox({ name, spec: scriptSpec(script), start: true })
  const cgroup = `/joey/${tag}/${box.id}`
  // Both on the first processor: they have to share it, however many there are.
  const isV1 = existsSync(`/sys/fs/cgroup/cpuset${cgroup}/cpuset.cpus`)
  writeFileSync(isV1 ? `/sys/fs/cgroup/cpuset${cgroup}/cpuset.cpus` : `/sys/fs/cgroup${cgroup}/cpuset.cpus`, '0')
  weigh(cgroup, weight)
  return { id: box.id, name, cgroup, pid: box.pid ?? 0 }
}

/** How much of a contested processor it gets, beside 1 for everybody else. */
function weigh(cgroup: string, weight: number): void {
  const v1 = `/sys/fs/cgroup/cpu${cgroup}/cpu.shares`
  if (existsSync(v1)) writeFileSync(v1, String(1024 * weight))
  else writeFileSync(`/sys/fs/cgroup${cgroup}/cpu.weight`, String(100 * weight))
}

const leastSeconds = 4
const mostSeconds = 25

/** Measures for as long as it takes: other programs of this machine blur what can be seen. Gives the last in any case. */
async function measureUntil(
  meter: InterferenceMeter,
  neighbours: readonly Neighbour[],
  isSeen: (disturbance: Disturbance) => boolean,
): Promise<Disturbance> {
  for (let second = 0; ; second += 1) {
    const found = await meter.measure(neighbours, performance.now(), new Date())
    if (second >= mostSeconds || (second >= leastSeconds && isSeen(found))) return found
    await sleep(1_000)
  }
}

test('who burns beside one that has to answer is named, and with the suggested limit the other waits less', async () => {
  const neighbours = [await open('answers', patient, 1), await open('burns', burner, 4)]
  // Other sandboxes of this machine are not to blur what is seen.
  weigh(`/joey/${tag}`, 16)
  const [victim] = neighbours
  const waitOf = ({ pressures }: Disturbance): number => pressures.find(({ id }) => id === victim?.id)?.cpu ?? 0
  const usage = createCgroupReader()

  const [burning] = neighbours.slice(1)
  const blamed = ({ interference }: Disturbance, who: Neighbour | undefined) =>
    interference.find(({ culprit, resource }) => culprit === who?.id && resource === 'cpu')
  const strength = (found: Disturbance, who: Neighbour | undefined): number => blamed(found, who)?.strength ?? 0
  const isNamed = (found: Disturbance): boolean => strength(found, burning) > strength(found, victim)

  const before = await measureUntil(createInterferenceMeter({ usage }), neighbours, isNamed)
  const named = blamed(before, burning)
  expect(named).toMatchObject({ victim: victim?.id, suggestion: { ref: 'burns' } })
  expect(strength(before, burning)).toBeGreaterThan(strength(before, victim))

  await agent.client.updateSandbox({ ref: 'burns', cpus: named?.suggestion?.cpus ?? 1 })
  // The kernel sums up pressure every two seconds.
  await sleep(2_000)
  const wanted = waitOf(before) * 0.8
  // Where other programs keep this machine busy the wait for them stays, and only the culprit's part of it can go.
  const isQuiet = (loadavg()[0] ?? 0) < availableParallelism() + 1
  const isCalmed = (found: Disturbance): boolean =>
    strength(found, burning) < strength(before, burning) && (!isQuiet || waitOf(found) < wanted)
  const after = await measureUntil(createInterferenceMeter({ usage }), neighbours, isCalmed)
  process.stdout.write(`waited ${waitOf(before)} of the time, with the limit ${waitOf(after)}\n`)
  expect(strength(after, burning)).toBeLessThan(strength(before, burning))
  if (isQuiet) expect(waitOf(after)).toBeLessThan(wanted)
}, 90_000)
