import { createHash } from 'node:crypto'
import { existsSync, realpathSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Sandbox } from '#contract/sandbox'
import { createCgroupReader } from '../metrics/cgroup-reader.ts'
import { createTestAgent, scriptSpec } from '../testing/test-agent.ts'
import { createInterferenceMeter, type Disturbance, type InterferenceMeter, type Neighbour } from './interference.ts'

const agent = createTestAgent()
const tag = createHash('sha256').update(realpathSync(agent.place.home)).digest('hex').slice(0, 6)
beforeAll(() => agent.start())
afterAll(() => agent.dispose())

const burner = 'while :; do :; done'
/** Works a little, sleeps a little, as one that answers questions does. */
const patient = 'while :; do i=0; while [ $i -lt 3000 ]; do i=$((i+1)); done; usleep 5000; done'

async function open(name: string, script: string): Promise<Neighbour> {
  const box: Sandbox = await agent.client.createSandbox({ name, spec: scriptSpec(script), start: true })
  const cgroup = `/joey/${tag}/${box.id}`
  const v1 = `/sys/fs/cgroup/cpuset${cgroup}/cpuset.cpus`
  // Both on the first processor: they have to share it, however many there are.
  writeFileSync(existsSync(v1) ? v1 : `/sys/fs/cgroup${cgroup}/cpuset.cpus`, '0')
  return { id: box.id, name, cgroup, pid: box.pid ?? 0 }
}

async function measure(
  meter: InterferenceMeter,
  neighbours: readonly Neighbour[],
  seconds: number,
): Promise<Disturbance> {
  for (let second = 0; second < seconds; second += 1) {
    await meter.measure(neighbours, performance.now(), new Date())
    await sleep(1_000)
  }
  return meter.measure(neighbours, performance.now(), new Date())
}

test('who burns beside one that has to answer is named, and with the suggested limit the other waits less', async () => {
  const neighbours = [await open('answers', patient), await open('burns', burner)]
  const [victim] = neighbours
  const waitOf = ({ pressures }: Disturbance): number => pressures.find(({ id }) => id === victim?.id)?.cpu ?? 0
  const usage = createCgroupReader()

  const before = await measure(createInterferenceMeter({ usage }), neighbours, 8)
  const named = before.interference.find((one) => one.victim === victim?.id)
  expect(named).toMatchObject({ culprit: neighbours[1]?.id, resource: 'cpu', suggestion: { ref: 'burns' } })
  expect(before.interference.filter((one) => one.culprit === victim?.id && one.victim === neighbours[1]?.id)).toEqual(
    [],
  )

  await agent.client.updateSandbox({ ref: 'burns', cpus: named?.suggestion?.cpus ?? 1 })
  await sleep(2_000)
  const after = await measure(createInterferenceMeter({ usage }), neighbours, 8)
  process.stdout.write(`waited ${waitOf(before)} of the time, with the limit ${waitOf(after)}\n`)
  expect(waitOf(after)).toBeLessThan(waitOf(before) * 0.8)
})
