import { execFile } from 'node:child_process'
import { globSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createTestAgent, scriptSpec, type TestAgent } from '../../src-agent/testing/test-agent.ts'
import { outDir } from '../paths.ts'
import { median } from './compare.ts'
import type { Effort } from './effort.ts'
import type { Row } from './row.ts'

export const name = 'microvm'

const execute = promisify(execFile)
const bareMachine = fileURLToPath(new URL('bare-microvm.ts', import.meta.url))
const rounds = 7
const crowd = 8
const crowdRounds = 3
/** What the agent itself may take of a start: everything but the emulator and the guest. */
const agentMs = 60
const templateMs = 120_000

/** Micro-VMs from their template: against booting them, what the agent adds, and many at once against one. */
export async function run(effort: Effort): Promise<readonly Row[]> {
  const agent = createTestAgent({ JOEY_LOG_LEVEL: 'debug' }, join(outDir, 'agent', 'index.js'))
  try {
    await agent.start()
    const { classes } = await agent.client.examineHost({})
    if (!classes.some((each) => each.class === 'microvm' && each.available)) return []
    await awaitTemplate(agent)
    const one = await measureOne(agent, effort)
    return [await compareBoot(effort), ...one.rows, await measureCrowd(agent, one.finishedMs, effort)]
  } finally {
    await agent.dispose()
  }
}

async function compareBoot(effort: Effort): Promise<Row> {
  const args = ['--mount', '--propagation', 'slave', process.execPath, bareMachine, String(effort.times(rounds))]
  // As `joey agent start` does: what prepares the mounts compares, and refuses to work in the namespace of the host.
  const env = { ...process.env, JOEY_OUTER_MOUNTS: readlinkSync('/proc/self/ns/mnt') }
  const { stdout } = await execute('unshare', args, { env })
  const times = JSON.parse(stdout) as Record<'template' | 'boot', number[]>
  const [ours, bare] = [median(times.template), median(times.boot)]
  return { what: 'micro-VM from template to finished command, against boot', ...versus(ours, bare), limit: 0.5 }
}

/** Of each start the agent writes down what the machine and its guest took; the rest is its own. */
async function measureOne(
  agent: TestAgent,
  effort: Effort,
): Promise<{ readonly rows: readonly Row[]; readonly finishedMs: number }> {
  const own: number[] = []
  const finished: number[] = []
  for (let round = 0; round < effort.times(rounds); round += 1) {
    const { id, startedMs, finishedMs } = await finish(agent)
    own.push(startedMs - othersMs(agent, id))
    finished.push(finishedMs)
    await agent.client.removeSandbox({ ref: id, force: true })
  }
  const row = { what: "agent's part of a micro-VM's start, against what it may take", ...versus(median(own), agentMs) }
  return { rows: [{ ...row, limit: 1 }], finishedMs: median(finished) }
}

async function measureCrowd(agent: TestAgent, one: number, effort: Effort): Promise<Row> {
  const times: number[] = []
  for (let round = 0; round < effort.times(crowdRounds); round += 1) {
    const started = performance.now()
    const all = await Promise.all(Array.from({ length: effort.times(crowd) }, () => finish(agent)))
    times.push(performance.now() - started)
    await Promise.all(all.map(({ id }) => agent.client.removeSandbox({ ref: id, force: true })))
  }
  return { what: 'eight micro-VMs at once to finished commands, against one', ...versus(median(times), one), limit: 3 }
}

async function finish(agent: TestAgent) {
  const begin = performance.now()
  const spec = scriptSpec('true', { class: 'microvm', command: ['true'], network: 'none' })
  const { id } = await agent.client.createSandbox({ spec })
  const startedMs = performance.now() - begin
  await agent.attach(id)
  return { id, startedMs, finishedMs: performance.now() - begin }
}

/** From the agent's log: what the machine and the guest of a sandbox took. */
function othersMs(agent: TestAgent, id: string): number {
  const lines = readFileSync(join(agent.place.home, 'logs', 'joeyd.log'), 'utf8')
    .split('\n')
    .filter(Boolean)
  const parts = lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter((line) => line['id'] === id)
  const sum = (field: string) => parts.reduce((total, line) => total + Number(line[field] ?? 0), 0)
  const [machine, rest] = [sum('machineMs'), sum('configureMs') + sum('mainMs')]
  if (!(machine > 0 && rest > 0)) throw new Error('The agent does not say what a micro-VM took.')
  return machine + rest
}

/** The one without a network is made last. */
async function awaitTemplate(agent: TestAgent): Promise<void> {
  const pattern = join(agent.place.home, 'microvm', 'templates', '*', '*-nonet.state')
  for (const deadline = Date.now() + templateMs; globSync(pattern).length === 0; await sleep(100)) {
    if (Date.now() > deadline) throw new Error('The agent has made no template.')
  }
}

function versus(ours: number, bare: number): Omit<Row, 'what' | 'limit'> {
  return { ours, bare, ratio: ours / bare, unit: 'ms' }
}
