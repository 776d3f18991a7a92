import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The bare engine, for comparison: what a careful shell script would do for the same sandbox, without records, monitor,
 * log or API. Runs as a program of its own in a mount namespace of its own, which gets its work as arguments:
 *
 *   bare-engine.ts run|run-nat|exec FOLDER ROUNDS
 *
 * FOLDER holds `config.json` (Joey's own, for the same options) and `tree` (the image's file tree). Prints the
 * milliseconds of each round as a JSON array.
 */
const [what = '', folder = '', rounds = '1'] = process.argv.slice(2)
const merged = join(folder, 'merged')
const state = join(folder, 'state')

/** As the agent does, because crun refuses hosts with both kinds of cgroups otherwise. */
const controllers = '/sys/fs/cgroup/unified/cgroup.controllers'

async function main(): Promise<void> {
  await call('mount', ['--bind', '/dev/null', controllers]).catch(() => undefined)
  for (const path of ['upper', 'work', 'merged', 'state', 'bundle']) mkdirSync(join(folder, path), { recursive: true })
  const times: number[] = []
  if (what === 'exec') await timeExec(times)
  else for (let round = 0; round < Number(rounds); round += 1) times.push(await timeRun(what === 'run-nat'))
  process.stdout.write(JSON.stringify(times))
}

async function timeRun(withNetwork: boolean): Promise<number> {
  const started = performance.now()
  await mountTree()
  const netns = join(folder, 'netns')
  if (withNetwork) await makeNetwork(netns)
  writeConfig(['true'], withNetwork ? netns : null)
  await call('crun', ['--root', state, 'run', '--bundle', join(folder, 'bundle'), 'joey-bench-bare'])
  const took = performance.now() - started
  await call('umount', [merged])
  if (withNetwork) {
    await call('ip', ['link', 'del', 'jybench0'])
    await call('umount', [netns])
  }
  return took
}

async function timeExec(times: number[]): Promise<void> {
  await mountTree()
  writeConfig(['sleep', '1000'], null)
  await call('crun', ['--root', state, 'run', '--detach', '--bundle', join(folder, 'bundle'), 'joey-bench-bare'])
  try {
    for (let round = 0; round < Number(rounds); round += 1) {
      const started = performance.now()
      await call('crun', ['--root', state, 'exec', 'joey-bench-bare', 'true'])
      times.push(performance.now() - started)
    }
  } finally {
    await call('crun', ['--root', state, 'delete', '--force', 'joey-bench-bare'])
    await call('umount', [merged])
  }
}

async function mountTree(): Promise<void> {
  const options = `lowerdir=${join(folder, 'tree')},upperdir=${join(folder, 'upper')},workdir=${join(folder, 'work')}`
  await call('mount', ['-t', 'overlay', '-o', options, 'joey-bench', merged])
}

/** One veth pair into a fresh namespace, by the three commands that it takes. */
async function makeNetwork(netns: string): Promise<void> {
  writeFileSync(netns, '')
  await call('unshare', [`--net=${netns}`, 'true'])
  const outside = `link add jybench0 type veth peer name eth0 netns ${netns}\nlink set jybench0 up\n`
  await call('ip', ['-batch', '-'], outside)
  const inside =
    'link set lo up\naddr add 10.254.254.2/30 dev eth0\nlink set eth0 up\nroute add default via 10.254.254.1\n'
  await call('nsenter', [`--net=${netns}`, 'ip', '-batch', '-'], inside)
}

interface Config {
  process: { args: string[] }
  root: { path: string }
  mounts: { source?: string }[]
  linux: {
    cgroupsPath: string
    namespaces: { type: string; path?: string }[]
    uidMappings?: object[]
    gidMappings?: object[]
  }
}

function writeConfig(args: string[], netns: string | null): void {
  const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as Config
  config.process.args = args
  config.root.path = merged
  config.linux.cgroupsPath = '/joey-bench-bare'
  // Root of this machine, as an engine runs a container unless it is told otherwise: its tree is mounted without a map of ids.
  const others = config.linux.namespaces.filter(({ type }) => !['network', 'user'].includes(type))
  delete config.linux.uidMappings
  delete config.linux.gidMappings
  config.mounts = config.mounts.filter(({ source }) => !source?.startsWith('/run/joey-rooms/'))
  config.linux.namespaces = [...others, netns === null ? { type: 'network' } : { type: 'network', path: netns }]
  writeFileSync(join(folder, 'bundle', 'config.json'), JSON.stringify(config))
}

function call(program: string, args: readonly string[], input = ''): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: [input === '' ? 'ignore' : 'pipe', 'ignore', 'pipe'] })
    let words = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      words += chunk.toString('utf8')
    })
    child.stdin?.end(input)
    child.once('error', reject)
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`${program} ${args.join(' ')}: ${words}`))))
  })
}

await main()
