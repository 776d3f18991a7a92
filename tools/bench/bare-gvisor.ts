import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Bare runsc, for comparison: what a careful shell script would do for the same sandbox, without records, monitor, log
 * or API. Runs as a program of its own in a mount namespace of its own, which gets its work as arguments:
 *
 *   bare-gvisor.ts start|exec FOLDER ROUNDS [OPTION...]
 *
 * FOLDER holds `config.json` (Joey's own, for the same options) and `tree` (the image's file tree); the options are
 * those that Joey gives to runsc. Prints the milliseconds of each round as a JSON array.
 */
const [what = '', folder = '', rounds = '1', ...options] = process.argv.slice(2)
const merged = join(folder, 'merged')
const runsc = (...args: string[]) => call('runsc', ['--root', join(folder, 'state'), ...options, ...args])
const id = 'feedfeedfeed'
/** gVisor wants its controllers as the agent shows them to it. */
const controllers = '/sys/fs/cgroup/unified/cgroup.controllers'

async function main(): Promise<void> {
  await call('mount', ['--bind', '/dev/null', controllers]).catch(() => undefined)
  for (const path of ['upper', 'work', 'merged', 'state', 'bundle']) mkdirSync(join(folder, path), { recursive: true })
  const layers = `lowerdir=${join(folder, 'tree')},upperdir=${join(folder, 'upper')},workdir=${join(folder, 'work')}`
  const times: number[] = []
  for (let round = 0; round < Number(rounds); round += 1) {
    const started = performance.now()
    await call('mount', ['-t', 'overlay', '-o', layers, 'joey-bench', merged])
    writeConfig()
    await runsc('create', '--bundle', join(folder, 'bundle'), id)
    await runsc('start', id)
    if (what === 'start') times.push(performance.now() - started)
    else await timeExec(times)
    await runsc('kill', id, 'KILL')
    await runsc('delete', '--force', id)
    await call('umount', [merged])
    if (what === 'exec') break
  }
  process.stdout.write(JSON.stringify(times))
}

async function timeExec(times: number[]): Promise<void> {
  for (let round = 0; round < Number(rounds); round += 1) {
    const started = performance.now()
    await runsc('exec', id, '/bin/true')
    times.push(performance.now() - started)
  }
}

interface Config {
  mounts: { type: string }[]
  process: { args: string[] }
  root: { path: string }
  linux: { cgroupsPath: string; namespaces: { type: string }[]; uidMappings?: object[]; gidMappings?: object[] }
}

function writeConfig(): void {
  const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as Config
  config.process.args = ['/bin/sleep', '1000']
  config.root.path = merged
  // What Joey mounts into it is seen in the mount namespace of its own monitor only.
  config.mounts = config.mounts.filter(({ type }) => type !== 'bind')
  config.linux.cgroupsPath = '/joey-bench-gvisor'
  // Root of this machine opens its files, as runsc has it unless it is told otherwise: its tree is mounted without a map of ids.
  config.linux.namespaces = config.linux.namespaces.filter(({ type }) => type !== 'user')
  delete config.linux.uidMappings
  delete config.linux.gidMappings
  writeFileSync(join(folder, 'bundle', 'config.json'), JSON.stringify(config))
}

/** The program's end, not that of its output: the sandbox that it leaves behind holds its streams. */
function call(program: string, args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] })
    child.once('error', reject)
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${program} ${args.join(' ')}: ${code}`))))
  })
}

await main()
