import { join } from 'node:path'
import { createTestAgent, scriptSpec, type TestAgent } from '../../src-agent/testing/test-agent.ts'
import { outDir } from '../paths.ts'
import { bare, prepareBare } from './bare.ts'
import { compare } from './compare.ts'
import type { Effort } from './effort.ts'
import { cpuMs, residentMb } from './process-use.ts'
import type { Row } from './row.ts'

export const name = 'engine'

/** Ours and bare take turns, so that a busy moment of the machine falls on both. */
const turns = 6
const roundsPerTurn = 5

/** Starting and entering a sandbox, through the API, against the same runtime with the same configuration. */
export async function run(effort: Effort): Promise<readonly Row[]> {
  const agent = createTestAgent({ JOEY_RUNTIME: 'crun' }, join(outDir, 'agent', 'index.js'))
  try {
    await agent.start()
    const folder = await prepareBare(agent)
    await runOnce(agent, 'nat')
    return [
      await compare({
        what: 'run --rm busybox true, no network',
        limit: 1.5,
        effort,
        turns,
        roundsPerTurn,
        ours: () => runOnce(agent, 'none'),
        bareTurn: (rounds) => bare('run', folder, rounds),
      }),
      await compare({
        what: 'run --rm busybox true, NAT',
        limit: 1.5,
        effort,
        turns,
        roundsPerTurn,
        ours: () => runOnce(agent, 'nat'),
        bareTurn: (rounds) => bare('run-nat', folder, rounds),
      }),
      await compareExec(agent, folder, effort),
      ...(await measureIdle(agent, effort)),
    ]
  } finally {
    await agent.dispose()
  }
}

async function compareExec(agent: TestAgent, folder: string, effort: Effort): Promise<Row> {
  const sandbox = await agent.client.createSandbox({ spec: scriptSpec('sleep 1000') })
  const once = async () => {
    const started = performance.now()
    await agent.exec(sandbox.id, { argv: ['true'] })
    return performance.now() - started
  }
  const row = await compare({
    what: 'exec true',
    limit: 1.3,
    effort,
    turns,
    roundsPerTurn,
    ours: once,
    bareTurn: (rounds) => bare('exec', folder, rounds),
  })
  await agent.client.removeSandbox({ ref: sandbox.id, force: true })
  return row
}

/** From the request to the answer that has the exit code, with the sandbox removed. */
async function runOnce(agent: TestAgent, network: 'none' | 'nat'): Promise<number> {
  const started = performance.now()
  const spec = scriptSpec('true', { command: ['true'], network, removeOnExit: true })
  const sandbox = await agent.client.createSandbox({ spec })
  const { end } = await agent.attach(sandbox.id).catch(() => ({ end: { code: 0 } }))
  if (end.code !== 0) throw new Error(`The run ended with ${end.code}.`)
  return performance.now() - started
}

/** Resident memory in MB and share of a core in percent, over ten seconds with nothing to do; the limits are absolute. */
async function measureIdle(agent: TestAgent, effort: Effort): Promise<Row[]> {
  const { pid } = await agent.client.readAgent({})
  const before = cpuMs(pid)
  const spanMs = effort.amount(10_000)
  await new Promise((resolve) => setTimeout(resolve, spanMs))
  const share = ((cpuMs(pid) - before) / spanMs) * 100
  const memory = residentMb(pid)
  return [
    { what: 'agent idle, resident', ours: memory, bare: 100, ratio: memory / 100, unit: 'MB', limit: 1 },
    { what: 'agent idle, cpu', ours: share, bare: 1, ratio: share, unit: '%', limit: 1 },
  ]
}
