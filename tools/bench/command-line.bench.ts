import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { createTestAgent, scriptSpec, type TestAgent } from '../../src-agent/testing/test-agent.ts'
import { outDir, root } from '../paths.ts'
import { compare } from './compare.ts'
import type { Effort } from './effort.ts'
import type { Row } from './row.ts'

export const name = 'command-line'

const turns = 5
const roundsPerTurn = 4

/** Whole commands of the built command line, against the least that a program of Node takes. */
export async function run(effort: Effort): Promise<readonly Row[]> {
  const agent = createTestAgent({ JOEY_RUNTIME: 'crun' }, join(outDir, 'agent', 'index.js'))
  try {
    await agent.start()
    const { name: sandbox } = await agent.client.createSandbox({ spec: scriptSpec('sleep 1000') })
    return [
      await command({ agent, effort }, 1.5, ['help']),
      await command({ agent, effort }, 1.5, ['version']),
      await command({ agent, effort }, 1.5, ['ls']),
      await command({ agent, effort }, 2.3, ['exec', sandbox, '--', 'true'], 'exec NAME -- true'),
      await command({ agent, effort }, 3.3, ['run', '--rm', '--network', 'none', 'busybox', '--', 'true']),
    ]
  } finally {
    await agent.dispose()
  }
}

interface Setting {
  readonly agent: TestAgent
  readonly effort: Effort
}

function command(
  { agent, effort }: Setting,
  limit: number,
  words: readonly string[],
  shown = words.join(' '),
): Promise<Row> {
  const env = { ...process.env, JOEY_HOME: agent.place.home }
  return compare({
    what: `joey ${shown}`,
    limit,
    effort,
    turns,
    roundsPerTurn,
    ours: async () => timed(join(root, 'joey'), words, env),
    bareTurn: async (rounds) => Array.from({ length: rounds }, () => timed(process.execPath, ['-e', '0'], env)),
  })
}

/** Milliseconds from the start of a program to its end. */
function timed(program: string, words: readonly string[], env: NodeJS.ProcessEnv): number {
  const started = performance.now()
  execFileSync(program, [...words], { env, stdio: 'ignore' })
  return performance.now() - started
}
