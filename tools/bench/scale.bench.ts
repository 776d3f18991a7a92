import { join } from 'node:path'
import { createTestAgent, scriptSpec, type TestAgent } from '../../src-agent/testing/test-agent.ts'
import { openStream } from '../../src-contract/client/open-stream.ts'
import { usageStream } from '../../src-contract/observe.ts'
import { outDir } from '../paths.ts'
import { bare, prepareBare } from './bare.ts'
import { median } from './compare.ts'
import type { Effort } from './effort.ts'
import { cpuMs, residentMb } from './process-use.ts'
import type { Row } from './row.ts'

export const name = 'scale'

const sleeper = () => scriptSpec('sleep 100000', { command: ['sleep', '100000'] })

/** Many sandboxes at once: how starts, listing, an idle agent, its return after a death, and removal grow with them. */
export async function run(effort: Effort): Promise<readonly Row[]> {
  const agent = createTestAgent({ JOEY_RUNTIME: 'crun' }, join(outDir, 'agent', 'index.js'))
  try {
    await agent.start()
    await startAll(agent, effort.amount(8), 8)
    const rows = await burst(agent, effort)
    const grown = await grow(agent, effort)
    return [
      ...rows,
      ...grown,
      ...(await measureMany(agent, effort)),
      await measureReturn(agent),
      await removeAll(agent),
    ]
  } finally {
    await agent.dispose()
  }
}

/** The figure that was promised stands beside what was measured: nothing bare does the same. */
const promised = (what: string, ours: number, bare: number, unit: string): Row => ({
  what,
  ours,
  bare,
  ratio: ours / bare,
  unit,
  limit: 1,
})

/** Each from its request to its answer, so many at a time; in milliseconds. */
async function startAll(agent: TestAgent, count: number, atOnce: number): Promise<number[]> {
  const times: number[] = []
  let left = count
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1
      const started = performance.now()
      await agent.client.createSandbox({ spec: sleeper() })
      times.push(performance.now() - started)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return times
}

/** Beside what was promised, what the bare engine needs for the same: less than that is not to be had. */
async function burst(agent: TestAgent, effort: Effort): Promise<Row[]> {
  const count = effort.amount(100)
  const folder = await prepareBare(agent)
  const before = await bare('burst', folder, count)
  const started = performance.now()
  await startAll(agent, count, 8)
  const ours = (performance.now() - started) / 1000
  const theirs = median([...before, ...(await bare('burst', folder, count))]) / 1000
  const what = `${count} starts, 8 at a time`
  return [
    promised(what, ours, 1.5, 's'),
    { what: `${what}, against the bare engine`, ours, bare: theirs, ratio: ours / theirs, unit: 's', limit: 1.3 },
  ]
}

/** One at a time, so that only their number makes a difference: the first, and the last beside all others. */
async function grow(agent: TestAgent, effort: Effort): Promise<Row[]> {
  const part = effort.amount(40)
  const first = median(await startAll(agent, part, 1))
  const beside = effort.amount(500) - part * 2 - effort.amount(100)
  await startAll(agent, beside, 8)
  const last = median(await startAll(agent, part, 1))
  const what = `a start beside ${effort.amount(500)} that run, against the first`
  return [{ what, ours: last, bare: first, ratio: last / first, unit: 'ms', limit: 1.1 }]
}

async function measureMany(agent: TestAgent, effort: Effort): Promise<Row[]> {
  const { pid } = await agent.client.readAgent({})
  const count = (await agent.client.listSandboxes({ all: true })).length
  const spanMs = effort.amount(10_000)
  const idle = await shareOfCore(pid, spanMs)
  const socket = openStream(agent.place, usageStream, {})
  await new Promise((resolve) => socket.once('message', resolve))
  const followed = await shareOfCore(pid, spanMs)
  socket.terminate()
  return [
    promised(`agent with ${count} that sleep, cpu`, idle, 2, '%'),
    promised(`use of ${count} followed each second, cpu`, followed, 2, '%'),
    promised(`agent with ${count}, resident`, residentMb(pid), 150, 'MB'),
  ]
}

async function shareOfCore(pid: number, spanMs: number): Promise<number> {
  const before = cpuMs(pid)
  await new Promise((resolve) => setTimeout(resolve, spanMs))
  return ((cpuMs(pid) - before) / spanMs) * 100
}

async function measureReturn(agent: TestAgent): Promise<Row> {
  const before = (await agent.client.listSandboxes({ all: false })).length
  await agent.murder()
  const started = performance.now()
  await agent.start()
  const took = (performance.now() - started) / 1000
  const after = (await agent.client.listSandboxes({ all: false })).length
  if (after !== before) throw new Error(`Of ${before} sandboxes ${after} were found again.`)
  return promised(`agent killed with ${before} running, until it answers again`, took, 1.5, 's')
}

async function removeAll(agent: TestAgent): Promise<Row> {
  const all = await agent.client.listSandboxes({ all: true })
  const started = performance.now()
  await Promise.all(all.map(({ id }) => agent.client.removeSandbox({ ref: id, force: true })))
  return promised(`rm -f of ${all.length}`, (performance.now() - started) / 1000, 5, 's')
}
