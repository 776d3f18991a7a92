import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { scriptSpec, type TestAgent } from '../../src-agent/testing/test-agent.ts'

const execute = promisify(execFile)
const bareEngine = fileURLToPath(new URL('bare-engine.ts', import.meta.url))

/** Runs the bare engine by what `prepareBare` has made; the milliseconds of each round. */
export async function bare(what: string, folder: string, rounds: number): Promise<number[]> {
  const args = ['--mount', '--propagation', 'slave', process.execPath, bareEngine, what, folder, String(rounds)]
  const { stdout } = await execute('unshare', args)
  return JSON.parse(stdout) as number[]
}

/** Takes Joey's own configuration and the image's tree, so that the bare engine does the same work. */
export async function prepareBare(agent: TestAgent): Promise<string> {
  const folder = join(agent.place.home, 'bare')
  mkdirSync(folder, { recursive: true })
  const sandbox = await agent.client.createSandbox({ spec: scriptSpec('sleep 1000') })
  const own = join(agent.place.run, 's', sandbox.id)
  cpSync(join(own, 'config.json'), join(folder, 'config.json'))
  await execute('cp', ['-a', `/proc/${sandbox.pid}/root/bin`, folder])
  mkdirSync(join(folder, 'tree'))
  await execute('mv', [join(folder, 'bin'), join(folder, 'tree')])
  for (const path of ['proc', 'sys', 'dev', 'etc', 'tmp']) mkdirSync(join(folder, 'tree', path), { recursive: true })
  const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as { mounts: { source?: string }[] }
  for (const { source } of config.mounts) {
    if (source?.startsWith('/'))
      await execute('cp', ['--parents', '-a', source, join(folder, 'files')]).catch(() => undefined)
  }
  return folder
}
