import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '#contract/app-error'
import type { ClassProfile } from '#contract/classes'
import type { ImageConfig } from '#contract/image'
import { type IsolationClass, SandboxId, SandboxSpec } from '#contract/sandbox'
import { Settings } from '#contract/settings'
import { createBackground } from '../base/async/background.ts'
import { createKeyedLock } from '../base/async/locks.ts'
import { run } from '../base/process/run.ts'
import type { Driver, Ending, LaunchPlan } from '../engines/driver.ts'
import { type ChangeDisk, createChangeDisk } from '../sandboxes/class/change-disk.ts'
import type { ChangeDeps } from '../sandboxes/class/change-moves.ts'
import { type ClassChange, createClassChange } from '../sandboxes/class/class-change.ts'
import { openMeasurements } from '../sandboxes/class/measurements.ts'
import { createEndings } from '../sandboxes/endings.ts'
import { newRecord } from '../sandboxes/new-record.ts'
import { reconcile } from '../sandboxes/reconcile.ts'
import type { createSandboxService, SandboxService } from '../sandboxes/sandbox-service.ts'
import { openDatabase } from '../state/database.ts'
import { createEventLog } from '../state/event-log.ts'
import { openSandboxRecords, type SandboxRecord } from '../state/records/sandbox-records.ts'
import { openSnapshotRecords } from '../state/records/snapshot-records.ts'
import { createDiskConverter, type DiskConverter } from '../storage/ext4/ext4-disk.ts'
import { createLayerStore } from '../storage/layers/create-layer-store.ts'
import { createLimitedDisks } from '../storage/limited/limited-disks.ts'
import { openTestQuarantine } from './quarantine.ts'

/** What goes on in engines whether or not an agent looks on. */
interface Guest {
  state: 'running' | 'paused' | 'stopped'
  ending: Ending | null
}

export interface Fixture {
  readonly home: string
  readonly guests: Map<string, Guest>
  /** How a start in a class goes; well where nothing is said. */
  readonly behaviour: Map<IsolationClass, 'fails' | 'dies' | 'ends'>
  readonly starts: IsolationClass[]
  dispose(): void
}

/** What services of sandboxes are made from. */
export type FakeServices = Parameters<typeof createSandboxService>[0] & Pick<ChangeDeps, 'settings'>

/** An agent's part of it: thrown away and made anew as after a kill -9. */
export interface Agent {
  readonly services: FakeServices
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
  volumes: [],
  labels: {},
  healthcheck: null,
}
export const id = SandboxId.parse('aaaa0000bbbb')

export function createFixture(): Fixture {
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
function createFakeDriver(fixture: Fixture, of: IsolationClass): Driver {
  const disk = of === 'microvm' ? 'image' : 'directory'
  const end = (name: string, code: number) =>
    fixture.guests.set(name, { state: 'stopped', ending: { code, oomKills: 0, at: new Date() } })
  const holdStill = (name: string, from: Guest['state'], to: Guest['state']) => {
    const guest = fixture.guests.get(name)
    if (guest?.state !== from)
      throw new AppError({ code: 'engine', reason: 'fake-state', message: `It is not ${from}.` })
    guest.state = to
  }
  return {
    name: `fake-${of}`,
    class: of,
    disk,
    mapsIds: null,
    sharesProcesses: disk === 'directory',
    limitations: [],
    async create({ id: name, paths }: LaunchPlan) {
      fixture.starts.push(of)
      const behaviour = fixture.behaviour.get(of)
      if (behaviour === 'fails')
        throw new AppError({ code: 'engine', reason: 'fake-failed', message: 'The engine would not.' })
      if (!existsSync(disk === 'image' ? paths.disk : paths.upper))
        throw new AppError({ code: 'engine', reason: 'no-disk', message: 'It has no disk.' })
      fixture.guests.set(name, { state: 'running', ending: null })
      if (behaviour === 'dies') end(name, 3)
      if (behaviour === 'ends') end(name, 0)
      return { pid: process.pid, monitorPid: process.pid }
    },
    start: async () => undefined,
    async kill(name) {
      if (['running', 'paused'].includes(fixture.guests.get(name)?.state ?? '')) end(name, 143)
    },
    pause: async (name) => holdStill(name, 'running', 'paused'),
    resume: async (name) => holdStill(name, 'paused', 'running'),
    update: async () => undefined,
    exec: () => Promise.reject(new Error('not here')),
    phase: async (name) => fixture.guests.get(name)?.state ?? 'absent',
    // Those of the test itself stand for the guest's: of one that has ended there are none.
    findProcesses: async (name, _paths, recorded) =>
      ['running', 'paused'].includes(fixture.guests.get(name)?.state ?? '') ? recorded : null,
    ending: async (name) => fixture.guests.get(name)?.ending ?? null,
    async remove(name) {
      fixture.guests.delete(name)
    },
    cgroup: () => '',
  }
}

export function createAgent(fixture: Fixture, options: AgentOptions): Agent {
  const services = createServices(fixture, options.offered ?? allClasses)
  const endings = createEndings(services)
  const disk = createChangeDisk({ ...services, converter: options.converter })
  const change = createClassChange({
    ...services,
    endings,
    disk,
    proveMs: 30,
    retryMs: 20,
    profiles: async () => profiles(services),
    measurements: openMeasurements(join(fixture.home, 'measurements.json'), () => undefined),
    ...(options.step && { step: options.step }),
  })
  const service = { endings, hosts: { rewriteAll: async () => undefined } } as unknown as SandboxService
  return {
    services,
    change,
    disk,
    record: () => {
      const record = services.records.get(id)
      if (!record) throw new Error('The sandbox is gone.')
      return record
    },
    async restart() {
      const found = [...(await reconcile(services, service)), ...(await change.resumeAll())]
      return found.map(({ message }) => message)
    },
  }
}

/** On record as it is after a start in its class; its disk is the test's to fill. */
export function addSandbox(
  agent: Agent,
  fixture: Fixture,
  wish: { class: IsolationClass; runs: boolean; more?: Partial<SandboxSpec> },
): SandboxRecord {
  const spec = { ...SandboxSpec.parse({ image: 'fake', class: wish.class, network: 'none' }), ...wish.more }
  const made = newRecord(agent.services, {
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
  agent.services.records.put(record)
  if (wish.runs) fixture.guests.set(id, { state: 'running', ending: null })
  const paths = agent.services.folder.sandbox(id)
  for (const path of [paths.folder, paths.run]) mkdirSync(path, { recursive: true })
  return record
}

function createServices(fixture: Fixture, offered: readonly IsolationClass[]): FakeServices {
  const database = openDatabase(join(fixture.home, 'joey.db'))
  const now = () => new Date()
  const events = createEventLog(database, now)
  const quiet = {
    error: () => undefined,
    warn: () => undefined,
    info: () => undefined,
  } as unknown as FakeServices['log']
  const folderOf = (name: string) => {
    const folder = join(fixture.home, 'sandboxes', name)
    const at = (leaf: string) => join(folder, leaf)
    return {
      folder,
      upper: at('upper'),
      work: at('work'),
      disk: at('disk.ext4'),
      log: at('log'),
      run: join(fixture.home, 's', name),
    }
  }
  return {
    records: openSandboxRecords(database, events, openTestQuarantine(database)),
    events,
    folder: {
      home: fixture.home,
      run: join(fixture.home, 'r'),
      socketPath: join(fixture.home, 'sock'),
      runtimeRoot: join(fixture.home, 'oci'),
      limitedMounts: join(fixture.home, 'r', 'limited'),
      imageMounts: join(fixture.home, 'r', 'images'),
      sandbox: folderOf,
    },
    images: {
      find: () => ({ config: noConfig, builtIn: true, names: [] }),
      accounts: () => ({ passwd: '', group: '' }),
      parts: () => [{ path: '', start: 0, bytes: 0 }],
    },
    layers: createLayerStore({
      folder: join(fixture.home, 'layers'),
      blockFolder: join(fixture.home, 'blocks'),
      run,
      log: quiet,
      converter: createDiskConverter(run),
    }),
    snapshotRecords: openSnapshotRecords(database, events, openTestQuarantine(database)),
    limitedDisks: createLimitedDisks({ folder: join(fixture.home, 'r', 'limited'), run, log: quiet }),
    imageMounts: { ensure: async () => [join(fixture.home, 'tree')] },
    settings: { read: () => Settings.parse({}) },
    memoryCeiling: { ensure: async () => undefined },
    network: { unpublish: async () => undefined, reconcile: async () => [], resolvConf: async () => '' },
    openHandles: {
      logOf: () => ({ position: async () => '0', letGo: async () => undefined }),
      begin: () => undefined,
      end: () => undefined,
      forget: () => undefined,
    },
    lock: createKeyedLock(),
    background: createBackground(quiet),
    log: quiet,
    now,
    drivers: new Map(offered.map((name) => [name, createFakeDriver(fixture, name)])),
    killsCaused: () => 0,
    signal: new AbortController().signal,
  } as unknown as FakeServices
}

function profiles({ drivers }: FakeServices): ClassProfile[] {
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
