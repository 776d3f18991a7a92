import { setTimeout as sleep } from 'node:timers/promises'
import type { Sandbox } from '#contract/sandbox'
import { findTraces } from '../leaks.ts'
import { runs as hasProcesses, leftInFolders } from './folders.ts'
import { isAlive, monitorOf, processesBySandbox } from './machine.ts'
import { filesText, type SandboxModel, type ThingModel } from './model.ts'
import type { Possible } from './possible.ts'
import type { World } from './world.ts'

/** What is looked at, and found not to be as it must. */
export type Difference = string

const settleMs = 30_000
const pollMs = 100
const atRest: ReadonlySet<string> = new Set(['created', 'running', 'paused', 'stopped'])
/** Sandboxes of Joey's own, for builds. */
const isOwn = ({ name }: Sandbox): boolean => name.startsWith('builder-')

/**
 * Waits until everything that goes on by itself has come to rest, then holds what the agent tells against this machine and
 * against the model, which afterwards knows what is so.
 */
export async function compare(world: World, withinMs = settleMs): Promise<readonly Difference[]> {
  const giveUpAt = performance.now() + withinMs
  let open = await openDifferences(world)
  while (open.length > 0 && performance.now() < giveUpAt) {
    await sleep(pollMs)
    open = await openDifferences(world)
  }
  return [...open, ...(await observe(world))]
}

/** What may only take its time. */
async function openDifferences({ agent }: World): Promise<readonly Difference[]> {
  const sandboxes = await agent.client.listSandboxes({ all: true })
  const processes = processesBySandbox(agent.place)
  const ids = new Set(sandboxes.map(({ id }) => id))
  const running = new Set(sandboxes.filter(hasProcesses).map(({ id }) => id))
  return [
    ...sandboxes.filter(({ state }) => !atRest.has(state)).map(({ name, state }) => `${name} stays ${state}`),
    ...sandboxes
      .filter(({ id }) => running.has(id) && (processes.get(id) ?? []).length === 0)
      .map(({ name, id, state }) => `${name} (${id}) is said to be ${state}, and has no process`),
    ...sandboxes
      .filter(({ id }) => running.has(id) && !isAlive(monitorOf(agent.place, id) ?? 0))
      .map(({ name, state }) => `${name} is said to be ${state}, and has no monitor`),
    ...[...processes.keys()]
      .filter((id) => /^[0-9a-f]{12}$/.test(id) && !running.has(id))
      .map((id) => `a cgroup is left of ${id}, with ${processes.get(id)?.length} processes`),
    ...(await strangeTraces(agent.place.home, ids, running)),
    ...leftInFolders(agent.place, sandboxes),
  ]
}

/** Of sandboxes that are not there, and of runs that are over. */
async function strangeTraces(
  home: string,
  known: ReadonlySet<string>,
  running: ReadonlySet<string>,
): Promise<readonly Difference[]> {
  const strange: Difference[] = []
  for (const trace of await findTraces(home)) {
    const ids = trace.match(/(?<=[/ ])[0-9a-f]{12}(?=[/ ]|$)/g) ?? []
    const fit = trace.startsWith('process') ? running : known
    if (ids.some((id) => !fit.has(id))) strange.push(`left: ${trace}`)
  }
  return strange
}

/** Holds everything against the model, and tells the model what was seen. */
async function observe(world: World): Promise<readonly Difference[]> {
  const { agent, model } = world
  const sandboxes = (await agent.client.listSandboxes({ all: true })).filter((each) => !isOwn(each))
  const snapshots = (await agent.client.listSnapshots({})).filter(({ reason }) => reason === 'manual')
  const volumes = await agent.client.listVolumes({})
  const images = await agent.client.listImages({})
  const differences = [
    ...things(
      'sandbox',
      model.sandboxes,
      sandboxes.map(({ name }) => name),
    ),
    ...things(
      'snapshot',
      model.snapshots,
      snapshots.map(({ name }) => name),
    ),
    ...things(
      'volume',
      model.volumes,
      volumes.map(({ name }) => name),
    ),
    ...things(
      'image',
      model.images,
      images.flatMap(({ names, builtIn }) => (builtIn ? [] : names)),
    ),
  ]
  for (const sandbox of sandboxes) differences.push(...(await observeSandbox(world, sandbox)))
  for (const snapshot of snapshots) {
    const known = model.snapshots.get(snapshot.name)
    if (snapshot.state !== 'ready') differences.push(`the snapshot ${snapshot.name} is ${snapshot.state}`)
    else if (known) {
      const files = await filesOf(() => filesAtRest(world, `snapshot:${snapshot.id}`, '/data'))
      differences.push(...see(`the files of the snapshot ${known.name}`, known.files, files))
    }
  }
  return differences
}

function things(kind: string, model: ReadonlyMap<string, ThingModel>, seen: readonly string[]): readonly Difference[] {
  const names = new Set(seen)
  const strange = seen.filter((name) => !model.has(name)).map((name) => `there is a ${kind} ${name} that nobody made`)
  return [
    ...strange,
    ...[...model.values()].flatMap(({ name, there }) =>
      see(`whether the ${kind} ${name} is there`, there, names.has(name)),
    ),
  ]
}

async function observeSandbox(world: World, sandbox: Sandbox): Promise<readonly Difference[]> {
  const known = world.model.sandboxes.get(sandbox.name)
  if (!known) return []
  const runs = sandbox.state === 'running'
  const { name } = known
  return [
    ...(sandbox.state === 'paused' ? [`${name} is paused, and nobody has paused it`] : []),
    ...see(`whether ${name} runs (${sandbox.exit?.message ?? 'no exit'})`, known.runs, runs),
    ...see(`the class of ${name}`, known.class, sandbox.class),
    ...see(`the label of ${name}`, known.label, sandbox.spec.labels['chaos'] ?? ''),
    ...(await observeFiles(world, known, runs)),
  ]
}

async function observeFiles(world: World, known: SandboxModel, runs: boolean): Promise<readonly Difference[]> {
  const { name, volume } = known
  const inside = (folder: string) => filesOf(() => filesInside(world, name, folder))
  const files = runs ? await inside('/data') : await filesOf(() => filesAtRest(world, `sandbox:${name}`, '/data'))
  const found = see(`the files of ${name}`, known.files, files)
  const ofVolume = world.model.volumes.get(volume ?? '')
  if (!runs || !ofVolume) return found
  return [...found, ...see(`the files of ${ofVolume.name}, seen by ${name}`, ofVolume.files, await inside('/vol'))]
}

/** What kept the files from being read stands in their place. */
function filesOf(read: () => Promise<Record<string, string>>): Promise<string> {
  return read().then(
    filesText,
    (error: unknown) => `not readable: ${error instanceof Error ? error.message : String(error)}`,
  )
}

async function filesInside({ agent }: World, ref: string, folder: string): Promise<Record<string, string>> {
  const script =
    'cd "$1" 2>/dev/null || exit 0; for f in *; do [ -f "$f" ] && printf "%s %s\\n" "$f" "$(cat "$f")"; done; exit 0'
  const { stdout, stderr, end } = await agent.exec(ref, { argv: ['sh', '-c', script, 'sh', folder] })
  if (end.code !== 0) throw new Error(`${end.code} ${stderr.toString()}`)
  const lines = stdout.toString().split('\n').filter(Boolean)
  return withoutHalves(lines.map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]))
}

async function filesAtRest({ agent }: World, tree: string, folder: string): Promise<Record<string, string>> {
  const { client } = agent
  const root = await client.listFiles({ tree, path: '/' })
  if (!root.entries.some(({ name }) => `/${name}` === folder)) return {}
  const { entries } = await client.listFiles({ tree, path: folder })
  const read = async (name: string): Promise<[string, string]> => {
    const { base64 } = await client.readFile({ tree, path: `${folder}/${name}` })
    return [name, Buffer.from(base64, 'base64').toString('utf8')]
  }
  return withoutHalves(await Promise.all(entries.map(({ name }) => read(name))))
}

/** What was being written when its writer was killed is not in place yet. */
function withoutHalves(files: readonly (readonly string[])[]): Record<string, string> {
  return Object.fromEntries(files.filter(([name]) => !name?.endsWith('.new')).map(([name, text]) => [name, text]))
}

function see<T extends string | boolean>(what: string, known: Possible<T>, seen: T): Difference[] {
  const isPossible = known.has(seen)
  const wanted = known.values().map(String).join(' or ')
  known.be(seen)
  return isPossible ? [] : [`${what}: ${seen}, in place of ${wanted}`]
}
