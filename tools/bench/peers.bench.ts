import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createTestAgent, scriptSpec, type TestAgent } from '../../src-agent/testing/test-agent.ts'
import { outDir, root } from '../paths.ts'
import { compare } from './compare.ts'
import type { Effort } from './effort.ts'
import { isPodmanThere, type Podman, preparePodman } from './podman.ts'
import type { Row } from './row.ts'

export const name = 'peers'

const turns = 5
const roundsPerTurn = 2

/** Whole commands against those of podman with runc, where it is installed: what a person who types them waits for. */
export async function run(effort: Effort): Promise<readonly Row[]> {
  if (!isPodmanThere()) return []
  const agent = createTestAgent({}, join(outDir, 'agent', 'index.js'))
  const folder = join(agent.place.home, 'podman')
  try {
    await agent.start()
    const { id, name: sandbox, pid } = await agent.client.createSandbox({ spec: scriptSpec('sleep 1000') })
    const podman = preparePodman(folder, copyTree(join(folder, 'tree'), pid ?? 0))
    try {
      podman.run(['run', '-d', '--network', 'none', '--name', 'box', 'tree', 'sleep', '1000'])
      return await compareAll({ agent, podman, effort, sandbox })
    } finally {
      podman.run(['rm', '-fa', '-t', '0'])
      podman.run(['system', 'reset', '--force'])
      await agent.client.removeSandbox({ ref: id, force: true })
    }
  } finally {
    await agent.dispose()
  }
}

interface Setting {
  readonly agent: TestAgent
  readonly podman: Podman
  readonly effort: Effort
  readonly sandbox: string
}

async function compareAll(setting: Setting): Promise<readonly Row[]> {
  const { sandbox } = setting
  const alone = ['--rm', '--network', 'none']
  return [
    await whole(setting, 'version', [['version']], [['version']]),
    await whole(setting, 'ls', [['ls']], [['ps']]),
    await whole(setting, 'exec true', [['exec', sandbox, '--', 'true']], [['exec', 'box', 'true']]),
    await whole(
      setting,
      'run --rm, no network, true',
      [['run', ...alone, 'busybox', '--', 'true']],
      [['run', ...alone, 'tree', 'true']],
    ),
    await whole(
      setting,
      'run -d and rm -f, no network',
      [
        ['run', '-d', '--network', 'none', '--name', 'one', 'busybox', '--', 'sleep', '100'],
        ['rm', '-f', 'one'],
      ],
      [
        ['run', '-d', '--network', 'none', '--name', 'one', 'tree', 'sleep', '100'],
        ['rm', '-f', '-t', '0', 'one'],
      ],
    ),
  ]
}

type CommandLines = readonly (readonly string[])[]

/** Command lines one after the other, as somebody types them. */
function whole(
  { agent, podman, effort }: Setting,
  what: string,
  own: CommandLines,
  theirs: CommandLines,
): Promise<Row> {
  const env = { ...process.env, JOEY_HOME: agent.place.home }
  const timed = (work: () => void): number => {
    const started = performance.now()
    work()
    return performance.now() - started
  }
  return compare({
    ...{ what: `joey ${what}, against podman`, limit: 1, effort, turns, roundsPerTurn },
    ours: async () =>
      timed(() => {
        for (const words of own) execFileSync(join(root, 'joey'), [...words], { env, stdio: 'ignore' })
      }),
    bareTurn: async (rounds) =>
      Array.from({ length: rounds }, () =>
        timed(() => {
          for (const words of theirs) podman.run(words)
        }),
      ),
  })
}

/** What the sandbox sees of its image, so that both run the same program. */
function copyTree(tree: string, pid: number): string {
  for (const path of ['proc', 'sys', 'dev', 'etc', 'tmp']) mkdirSync(join(tree, path), { recursive: true })
  execFileSync('cp', ['-a', `/proc/${pid}/root/bin`, tree])
  return tree
}
