import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The bare engine, for comparison: what a careful shell script would do for the same sandbox, without records, monitor,
 * log or API. Runs as a program of its own in a mount namespace of its own, which gets its work as arguments:
 *
 *   bare-engine.ts run|run-nat|exec|burst FOLDER ROUNDS
 *
 * FOLDER holds `config.json` (Joey's own, for the same options) and `tree` (the image's file tree). Prints the
 * milliseconds of each round as a JSON array; of `burst`, which starts ROUNDS of them, eight at a time, those of all.
 */
const [what = '', folder = '', rounds = '1'] = process.argv.slice(2)
const state = join(folder, 'state')
const atOnce = 8

/** As the agent does, because crun refuses hosts with both kinds of cgroups otherwise. */
const controllers = '/sys/fs/cgroup/unified/cgroup.controllers'

/** What one sandbox has for itself. */
interface Place {
  readonly id: string
  readonly folder: string
  /** The host's end of its network. */
  readonly link: string
  /** Its number among those that have a network. */
  readonly number: number
}

const placeOf = (number: number): Place => ({
  id: `joey-bench-bare${number}`,
  folder: join(folder, String(number)),
  link: `jybench${number}`,
  number,
})
const only = placeOf(0)

async function main(): Promise<void> {
  await call('mount', ['--bind', '/dev/null', controllers]).catch(() => undefined)
  mkdirSync(state, { recursive: true })
  const times: number[] = []
  if (what === 'exec') await timeExec(times)
  else if (what === 'burst') times.push(await timeBurst(Number(rounds)))
  else for (let round = 0; round < Number(rounds); round += 1) times.push(await timeRun(what === 'run-nat'))
  process.stdout.write(JSON.stringify(times))
}

async function timeRun(withNetwork: boolean): Promise<number> {
  const started = performance.now()
  await mountTree(only)
  if (withNetwork) await makeNetwork(only)
  writeConfig(only, ['true'], withNetwork)
  await call('crun', ['--root', state, 'run', '--bundle', join(only.folder, 'bundle'), only.id])
  const took = performance.now() - started
  await call('umount', [join(only.folder, 'merged')])
  if (withNetwork) await removeNetwork(only)
  return took
}

/** Each is made and started, and runs on; that they are removed is not timed. */
async function timeBurst(count: number): Promise<number> {
  const places = Array.from({ length: count }, (_, number) => placeOf(number))
  const started = performance.now()
  await eachAtOnce(places, async (place) => {
    await mountTree(place)
    await makeNetwork(place)
    writeConfig(place, ['sleep', '1000'], true)
    await call('crun', ['--root', state, 'create', '--bundle', join(place.folder, 'bundle'), place.id])
    await call('crun', ['--root', state, 'start', place.id])
  })
  const took = performance.now() - started
  await eachAtOnce(places, async (place) => {
    await call('crun', ['--root', state, 'delete', '--force', place.id])
    await call('umount', [join(place.folder, 'merged')])
    await removeNetwork(place)
  })
  return took
}

async function eachAtOnce(places: readonly Place[], work: (place: Place) => Promise<void>): Promise<void> {
  const waiting = [...places]
  const worker = async (): Promise<void> => {
    for (let place = waiting.shift(); place !== undefined; place = waiting.shift()) await work(place)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

async function timeExec(times: number[]): Promise<void> {
  await mountTree(only)
  writeConfig(only, ['sleep', '1000'], false)
  await call('crun', ['--root', state, 'run', '--detach', '--bundle', join(only.folder, 'bundle'), only.id])
  try {
    for (let round = 0; round < Number(rounds); round += 1) {
      const started = performance.now()
      await call('crun', ['--root', state, 'exec', only.id, 'true'])
      times.push(performance.now() - started)
    }
  } finally {
    await call('crun', ['--root', state, 'delete', '--force', only.id])
    await call('umount', [join(only.folder, 'merged')])
  }
}

async function mountTree({ folder: own }: Place): Promise<void> {
  for (const path of ['upper', 'work', 'merged', 'bundle']) mkdirSync(join(own, path), { recursive: true })
  const options = `lowerdir=${join(folder, 'tree')},upperdir=${join(own, 'upper')},workdir=${join(own, 'work')}`
  await call('mount', ['-t', 'overlay', '-o', options, 'joey-bench', join(own, 'merged')])
}

const netnsOf = ({ folder: own }: Place): string => join(own, 'netns')

/** One veth pair into a fresh namespace, by the three commands that it takes. */
async function makeNetwork(place: Place): Promise<void> {
  const netns = netnsOf(place)
  writeFileSync(netns, '')
  await call('unshare', [`--net=${netns}`, 'true'])
  const outside = `link add ${place.link} type veth peer name eth0 netns ${netns}\nlink set ${place.link} up\n`
  await call('ip', ['-batch', '-'], outside)
  const address = (last: number): string => `10.254.${place.number >> 6}.${((place.number & 63) << 2) + last}`
  const inside =
    `link set lo up\naddr add ${address(2)}/30 dev eth0\n` + `link set eth0 up\nroute add default via ${address(1)}\n`
  await call('nsenter', [`--net=${netns}`, 'ip', '-batch', '-'], inside)
}

async function removeNetwork(place: Place): Promise<void> {
  await call('ip', ['link', 'del', place.link])
  await call('umount', [netnsOf(place)])
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

function writeConfig(place: Place, args: string[], withNetwork: boolean): void {
  const config = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as Config
  config.process.args = args
  config.root.path = join(place.folder, 'merged')
  config.linux.cgroupsPath = `/${place.id}`
  // Root of this machine, as an engine runs a container unless it is told otherwise: its tree is mounted without a map of ids.
  const others = config.linux.namespaces.filter(({ type }) => !['network', 'user'].includes(type))
  delete config.linux.uidMappings
  delete config.linux.gidMappings
  config.mounts = config.mounts.filter(({ source }) => !source?.startsWith('/run/joey-rooms/'))
  const network = withNetwork ? { type: 'network', path: netnsOf(place) } : { type: 'network' }
  config.linux.namespaces = [...others, network]
  writeFileSync(join(place.folder, 'bundle', 'config.json'), JSON.stringify(config))
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
