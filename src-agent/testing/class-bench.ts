import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { appError } from '#contract/app-error'
import type { ClassProfile } from '#contract/classes'
import type { ImageConfig } from '#contract/image'
import { type IsolationClass, SandboxId, SandboxSpec } from '#contract/sandbox'
import type { Driver, Ending, LaunchPlan } from '../engines/driver.ts'
import { createLayerStore } from '../storage/layers/create-layer-store.ts'
import { createDiskConverter, type DiskConverter } from '../storage/ext4/ext4-disk.ts'
import { run } from '../base/process/run.ts'
import { createBackground } from '../base/async/background.ts'
import type { SandboxContext } from '../sandboxes/context.ts'
import { createEndings } from '../sandboxes/endings.ts'
import { createKeyedLock } from '../sandboxes/keyed-lock.ts'
import { newRecord } from '../sandboxes/new-record.ts'
import { reconcile } from '../sandboxes/reconcile.ts'
import { openSandboxRecords, type SandboxRecord } from '../state/records/sandbox-records.ts'
import type { SandboxService } from '../sandboxes/sandbox-service.ts'
import { openSnapshotRecords } from '../state/records/snapshot-records.ts'
import { openDatabase } from '../state/database.ts'
import { createEventLog } from '../state/event-log.ts'
import { type ChangeDisk, createChangeDisk } from '../sandboxes/class/change-disk.ts'
import { type ClassChange, createClassChange } from '../sandboxes/class/class-change.ts'
import { openMeasurements } from '../sandboxes/class/measurements.ts'

/** What goes on in engines whether or not an agent looks on. */
interface Guest {
  state: 'running' | 'paused' | 'stopped'
  ending: Ending | null
}

export interface World {
  readonly home: string
  readonly guests: Map<string, Guest>
  /** How a start in a class goes; well where nothing is said. */
  readonly behaviour: Map<IsolationClass, 'fails' | 'dies' | 'ends'>
  readonly starts: IsolationClass[]
  dispose(): void
}

/** An agent's part of it: thrown away and made anew as after a kill -9. */
export interface Agent {
  readonly context: SandboxContext
  readonly change: ClassChange
  readonly disk: ChangeDisk
  record(): SandboxRecord
  /** What an agent does at its start. */
  restart(): Promise<string[]>
}

export interface AgentOptions {
  readonly converter: DiskConverter
  readonly step?: (name: string) => void | Promise<void>
  readonly offered?: readonly IsolationClass[]
}

const allClasses: readonly IsolationClass[] = ['container', 'gvisor', 'microvm']
const noConfig: ImageConfig = {
  entrypoint: [],
  command: ['true'],
  env: [],
  cwd: '/',
  user: '',
  stopSignal: null,
  exposedPorts: [],
  labels: {},
}
export const id = SandboxId.parse('aaaa0000bbbb')

export function createWorld(): World {
  const home = mkdtempSync(join(tmpdir(), 'jy-class-'))
  mkdirSync(join(home, 'tree'))
  return {
    home,
    guests: new Map(),
    behaviour: new Map(),
    starts: [],
    dispose: () => rmSync(home, { recursive: true, force: true }),
  }
}

/** Engines that start nothing, and do insist on the form of the disk that is theirs. */
function createFakeDriver(world: World, of: IsolationClass): Driver {
  const disk = of === 'microvm' ? 'image' : 'directory'
  const end = (name: string, code: number) =>
    world.guests.set(name, { state: 'stopped', ending: { code, oomKills: 0, at: new Date() } })
  const holdStill = (name: string, from: Guest['state'], to: Guest['state']) => {
    const guest = world.guests.get(name)
    if (guest?.state !== from) throw appError('engine', 'fake-state', `It is not ${from}.`)
    guest.state = to
  }
  return {
    name: `fake-${of}`,
    class: of,
    disk,
    sharesProcesses: disk === 'directory',
    limitations: [],
    async create({ id: name, paths }: LaunchPlan) {
      world.starts.push(of)
      const behaviour = world.behaviour.get(of)
      if (behaviour === 'fails') throw appError('engine', 'fake-failed', 'The engine would not.')
      if (!existsSync(disk === 'image' ? paths.disk : paths.upper))
        throw appError('engine', 'no-disk', 'It has no disk.')
      world.guests.set(name, { state: 'running', ending: null })
      if (behaviour === 'dies') end(name, 3)
      if (behaviour === 'ends') end(name, 0)
      return { pid: process.pid, monitorPid: process.pid }
    },
    start: async () => undefined,
    async kill(name) {
      if (['running', 'paused'].includes(world.guests.get(name)?.state ?? '')) end(name, 143)
    },
    pause: async (name) => holdStill(name, 'running', 'paused'),
    resume: async (name) => holdStill(name, 'paused', 'running'),
    update: async () => undefined,
    exec: () => Promise.reject(new Error('not here')),
    phase: async (name) => world.guests.get(name)?.state ?? 'absent',
    ending: async (name) => world.guests.get(name)?.ending ?? null,
    async remove(name) {
      world.guests.delete(name)
    },
    cgroup: () => '',
  }
}

export function createAgent(world: World, options: AgentOptions): Agent {
  const context = createContext(world, options.offered ?? allClasses)
  const endings = createEndings(context)
  const disk = createChangeDisk({ converter: options.converter, drivers: context.drivers })
  const change = createClassChange({
    context,
    endings,
    disk,
    proveMs: 30,
    profiles: async () => profiles(context),
    measurements: openMeasurements(join(world.home, 'measurements.json'), () => undefined),
    ...(options.step && { step: options.step }),
  })
  const service = { endings, hosts: { rewriteAll: async () => undefined } } as unknown as SandboxService
  return {
    context,
    change,
    disk,
    record: () => {
      const record = context.records.get(id)
      if (!record) throw new Error('The sandbox is gone.')
      return record
    },
    async restart() {
      const told = await reconcile(context, service)
      return [...told, ...(await change.resumeAll())]
    },
  }
}

/** On record as it is after a start in its class; its disk is the test's to fill. */
export function addSandbox(
  agent: Agent,
  world: World,
  wish: { class: IsolationClass; runs: boolean; more?: Partial<SandboxSpec> },
): SandboxRecord {
  const spec = { ...SandboxSpec.parse({ image: 'fake', class: wish.class, network: 'none' }), ...wish.more }
  const made = newRecord(agent.context, {
    name: 'box',
    spec,
    argv: ['true'],
    image: { reference: 'fake', digest: 'sha256:0' },
    state: 'created',
  })
  const shown = {
    id,
    state: wish.runs ? ('running' as const) : ('stopped' as const),
    pid: wish.runs ? process.pid : null,
  }
  const record = {
    ...made,
    sandbox: { ...made.sandbox, ...shown, startedAt: new Date().toISOString() },
    monitorPid: wish.runs ? process.pid : null,
  }
  agent.context.records.put(record)
  if (wish.runs) world.guests.set(id, { state: 'running', ending: null })
  const paths = agent.context.folder.sandbox(id)
  for (const path of [paths.folder, paths.run]) mkdirSync(path, { recursive: true })
  return record
}

function createContext(world: World, offered: readonly IsolationClass[]): SandboxContext {
  const database = openDatabase(join(world.home, 'joey.db'))
  const now = () => new Date()
  const events = createEventLog(database, now)
  const quiet = {
    error: () => undefined,
    warn: () => undefined,
    info: () => undefined,
  } as unknown as SandboxContext['log']
  const folderOf = (name: string) => {
    const folder = join(world.home, 'sandboxes', name)
    const at = (leaf: string) => join(folder, leaf)
    return {
      folder,
      upper: at('upper'),
      work: at('work'),
      disk: at('disk.ext4'),
      log: at('log'),
      run: join(world.home, 's', name),
    }
  }
  return {
    records: openSandboxRecords(database, events),
    events,
    folder: {
      home: world.home,
      run: join(world.home, 'r'),
      socketPath: join(world.home, 'sock'),
      runtimeRoot: join(world.home, 'oci'),
      sandbox: folderOf,
    },
    images: {
      find: () => ({ config: noConfig, builtIn: true, names: [] }),
      accounts: () => ({ passwd: '', group: '' }),
      filePath: () => '',
    },
    layers: createLayerStore({
      folder: join(world.home, 'layers'),
      blockFolder: join(world.home, 'blocks'),
      run,
      log: quiet,
      converter: createDiskConverter(run),
    }),
    snapshots: openSnapshotRecords(database, events),
    imageMounts: { ensure: async () => join(world.home, 'tree') },
    network: { unpublish: async () => undefined, reconcile: async () => [], resolvConf: async () => '' },
    live: {
      logOf: () => ({ position: async () => '0', letGo: async () => undefined }),
      begin: () => undefined,
      end: () => undefined,
      forget: () => undefined,
    },
    lock: createKeyedLock(),
    background: createBackground(quiet),
    log: quiet,
    now,
    drivers: new Map(offered.map((name) => [name, createFakeDriver(world, name)])),
    killsCaused: () => 0,
    signal: new AbortController().signal,
  } as unknown as SandboxContext
}

function profiles({ drivers }: SandboxContext): ClassProfile[] {
  return allClasses.map((name) => ({
    class: name,
    available: drivers.has(name),
    engine: null,
    explanation: 'Not installed.',
    emulated: null,
    estimate: { startMs: null, memoryOverheadBytes: null, systemCallFactor: null, measuredHere: false },
    limitations: [],
  }))
}
