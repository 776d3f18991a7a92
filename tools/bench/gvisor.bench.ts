import { execFile } from 'node:child_process'
import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { run as runProgram } from '../../src-agent/base/process/run.ts'
import { probeGvisor } from '../../src-agent/engines/host/probe-gvisor.ts'
import { createTestAgent, scriptSpec, type TestAgent } from '../../src-agent/testing/test-agent.ts'
import { outDir } from '../paths.ts'
import { compare } from './compare.ts'
import type { Effort } from './effort.ts'
import type { Row } from './row.ts'

export const name = 'gvisor'

const execute = promisify(execFile)
const bareEngine = fileURLToPath(new URL('bare-gvisor.ts', import.meta.url))
/** Ours and bare take turns, so that a busy moment of the machine falls on both. */
const turns = 4
const roundsPerTurn = 4

/** Starting and entering a gVisor sandbox, through the API, against bare runsc with the same configuration. */
export async function run(effort: Effort): Promise<readonly Row[]> {
  const agent = createTestAgent({}, join(outDir, 'agent', 'index.js'))
  try {
    await agent.start()
    const bare = await prepareBare(agent)
    if (bare === null) return []
    return [await compareStart({ agent, bare, effort }), await compareExec({ agent, bare, effort })]
  } finally {
    await agent.dispose()
  }
}

type Bare = (what: 'start' | 'exec', rounds: number) => Promise<number[]>

interface Setting {
  readonly agent: TestAgent
  readonly bare: Bare
  readonly effort: Effort
}

async function compareStart({ agent, bare, effort }: Setting): Promise<Row> {
  const once = async () => {
    const started = performance.now()
    const sandbox = await agent.client.createSandbox({ spec: gvisorSpec() })
    const took = performance.now() - started
    await agent.client.removeSandbox({ ref: sandbox.id, force: true })
    return took
  }
  return compare({
    what: 'gVisor create and start',
    limit: 1.25,
    effort,
    turns,
    roundsPerTurn,
    ours: once,
    bareTurn: (rounds) => bare('start', rounds),
  })
}

async function compareExec({ agent, bare, effort }: Setting): Promise<Row> {
  const sandbox = await agent.client.createSandbox({ spec: gvisorSpec() })
  const once = async () => {
    const started = performance.now()
    await agent.exec(sandbox.id, { argv: ['true'] })
    return performance.now() - started
  }
  const row = await compare({
    what: 'gVisor exec true',
    limit: 1.3,
    effort,
    turns,
    roundsPerTurn,
    ours: once,
    bareTurn: (rounds) => bare('exec', rounds),
  })
  await agent.client.removeSandbox({ ref: sandbox.id, force: true })
  return row
}

const gvisorSpec = () => scriptSpec('sleep 1000', { class: 'gvisor', command: ['sleep', '1000'], network: 'none' })

/** Takes Joey's own configuration and the image's tree. Null where this machine has no gVisor that works. */
async function prepareBare(agent: TestAgent): Promise<Bare | null> {
  const verdict = await probeGvisor({ run: runProgram, folder: agent.place.home })
  if (!verdict?.setup) return null
  const { platform, options } = verdict.setup
  const folder = join(agent.place.home, 'bare')
  mkdirSync(join(folder, 'tree'), { recursive: true })
  // A container shows the image's files to the host, which a gVisor sandbox does not.
  const container = await agent.client.createSandbox({ spec: scriptSpec('sleep 1000') })
  await execute('cp', ['-a', `/proc/${container.pid}/root/bin`, join(folder, 'tree')])
  await agent.client.removeSandbox({ ref: container.id, force: true })
  for (const path of ['proc', 'sys', 'dev', 'etc', 'tmp']) mkdirSync(join(folder, 'tree', path), { recursive: true })
  const sandbox = await agent.client.createSandbox({ spec: gvisorSpec() })
  cpSync(join(agent.place.run, 's', sandbox.id, 'config.json'), join(folder, 'config.json'))
  const own = [`--platform=${platform}`, ...options, '--network=none']
  return async (what, rounds) => {
    const args = ['--mount', '--propagation', 'slave', process.execPath, bareEngine, what, folder]
    const { stdout } = await execute('unshare', [...args, String(rounds), ...own])
    return JSON.parse(stdout) as number[]
  }
}
