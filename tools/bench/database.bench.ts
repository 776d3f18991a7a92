import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { findSystemProgram } from '#contract/client/system-program'
import { createTestAgent, scriptSpec, type TestAgent } from '../../src-agent/testing/test-agent.ts'
import { outDir } from '../paths.ts'
import { compare } from './compare.ts'
import type { Effort } from './effort.ts'
import { isPodmanThere, type Podman, preparePodman } from './podman.ts'
import type { Row } from './row.ts'

export const name = 'database'

const turns = 4
const roundsPerTurn = 2
/** Of each of four clients. */
const transactions = 4_000
const sleeper = ['sleep', '100000']

/** PostgreSQL's own benchmark on the writable layer of a Debian image, in Joey and in podman; where podman and debootstrap are there. */
export async function run(effort: Effort): Promise<readonly Row[]> {
  const debootstrap = findSystemProgram('debootstrap')
  if (!isPodmanThere() || debootstrap === null) return []
  const tree = makeTree(debootstrap)
  const agent = createTestAgent({}, join(outDir, 'agent', 'index.js'))
  const folder = join(agent.place.home, 'podman')
  try {
    await agent.start()
    const podman = preparePodman(folder, tree)
    try {
      return await measure({ agent, podman, folder, effort })
    } finally {
      podman.run(['rm', '-fa', '-t', '0'])
      podman.run(['system', 'reset', '--force'])
    }
  } finally {
    await agent.dispose()
  }
}

/** Debian with PostgreSQL, made once: it takes a minute and the network. */
function makeTree(debootstrap: string): string {
  const tree = join(outDir, 'bench', 'postgresql')
  if (existsSync(tree)) return tree
  const part = `${tree}.part`
  rmSync(part, { recursive: true, force: true })
  mkdirSync(part, { recursive: true })
  execFileSync(debootstrap, ['--variant=minbase', '--include=postgresql', 'bookworm', part], { stdio: 'ignore' })
  renameSync(part, tree)
  return tree
}

interface Setting {
  readonly agent: TestAgent
  readonly podman: Podman
  readonly folder: string
  readonly effort: Effort
}

/** Joey runs the very image that podman has made of the tree. */
async function measure({ agent, podman, folder, effort }: Setting): Promise<readonly Row[]> {
  const archive = join(folder, 'image.tar')
  podman.run(['save', '--format', 'oci-archive', '--output', archive, 'tree'])
  await agent.client.importImage({ path: archive, name: 'postgresql' })
  rmSync(archive)
  const spec = scriptSpec('', { image: 'postgresql', command: sleeper })
  const { id } = await agent.client.createSandbox({ spec })
  podman.run(['run', '-d', '--network', 'none', '--name', 'database', 'tree', ...sleeper])
  const inside = async (argv: string[]): Promise<void> => {
    const { end, stderr } = await agent.exec(id, { argv })
    if (end.code !== 0) throw new Error(`The database failed with ${end.code}: ${stderr.toString()}`)
  }
  const beside = (argv: readonly string[]): void => podman.run(['exec', 'database', ...argv])
  const prepare = asPostgres(prepareScript)
  await inside(prepare)
  beside(prepare)
  const row = (what: string, options: string): Promise<Row> => {
    const work = asPostgres(`pgbench -h /tmp -c 4 -j 2 -t ${effort.amount(transactions)} ${options} postgres`)
    return compare({
      ...{ what: `PostgreSQL, ${what}, against podman`, limit: 1 / 0.95, effort, turns, roundsPerTurn },
      ours: () => timed(() => inside(work)),
      bareTurn: async (rounds) => {
        const times: number[] = []
        for (let round = 0; round < rounds; round += 1) times.push(await timed(async () => beside(work)))
        return times
      },
    })
  }
  return [await row('transactions that write', ''), await row('transactions that read', '-S')]
}

const prepareScript = [
  'initdb -D /var/lib/postgresql/data --auth=trust',
  `pg_ctl -D /var/lib/postgresql/data -w -l /tmp/log -o "-k /tmp -c listen_addresses=''" start`,
  'pgbench -h /tmp -i -s 10 postgres',
].join(' && ')

const asPostgres = (script: string): string[] => [
  ...['su', 'postgres', '-s', '/bin/sh', '-c'],
  `PATH=$(echo /usr/lib/postgresql/*/bin):$PATH; ${script}`,
]

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now()
  await work()
  return performance.now() - started
}
