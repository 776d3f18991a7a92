import { join } from 'node:path'
import type { ClassOffer } from '#contract/agent'
import { IsolationClass, type Sandbox } from '#contract/sandbox'
import type { Sentence } from '#contract/sentence'
import { defineHandlers } from './base/handlers.ts'
import { findResource } from './base/process/resources.ts'
import { run } from './base/process/run.ts'
import type { Driver, ExecCommand } from './engines/driver.ts'
import { insidePath } from './engines/oci/runtime-config.ts'
import { signalProcess } from './io/streams/guest-process.ts'
import { createPipes } from './io/streams/pipes.ts'
import { startExec } from './io/streams/start-exec.ts'
import type { IsolationService } from './observe/isolation/service.ts'
import { createAgentSelfTest } from './observe/selftest/create-self-test.ts'
import { runInside } from './observe/selftest/run-inside.ts'
import { createChangeDisk } from './sandboxes/class/change-disk.ts'
import { createClassChange } from './sandboxes/class/class-change.ts'
import { createClassHandlers } from './sandboxes/class/class-handlers.ts'
import { createClassList, emulationOf, noteOverhead } from './sandboxes/class/class-list.ts'
import { type MeasureCallsDeps, measureCalls, noteCallFactor } from './sandboxes/class/measure-calls.ts'
import { createMeasureClasses } from './sandboxes/class/measure-classes.ts'
import { type Measurements, openMeasurements } from './sandboxes/class/measurements.ts'
import { watchStarts } from './sandboxes/class/watch-starts.ts'
import { driverOf } from './sandboxes/find-driver.ts'
import type { SnapshotService } from './snapshots/snapshot-service.ts'
import { createDiskConverter } from './storage/ext4/ext4-disk.ts'
import { wireObserver } from './wire-observer.ts'
import type { Services } from './wire-services.ts'

interface Deps {
  readonly services: Services
  readonly offers: () => Promise<readonly ClassOffer[]>
  /** Makes a snapshot before a change of class, where that is no more than a move. */
  readonly keep: SnapshotService['keepBeforeChange']
}

/** What keeps sandboxes apart: their classes, what is observed of them, and the check from inside. */
export interface IsolationServices {
  readonly handlers: ReturnType<typeof createIsolationHandlers> &
    ReturnType<typeof createClassHandlers> &
    Awaited<ReturnType<typeof createAgentSelfTest>>['handlers']
  readonly isolation: IsolationService
  /** Finishes or takes back the changes of class that the last agent left. After the sandboxes were reconciled. */
  resume(): Promise<Sentence[]>
  /** Begins to measure and to check as the settings ask. */
  follow(): void
  close(): Promise<void>
}

export async function wireIsolation({ services, offers, keep }: Deps): Promise<IsolationServices> {
  const { folder, log, events, sandboxes } = services
  const measurements = openMeasurements(join(folder.home, 'measurements.json'), (err) =>
    log.warn({ err }, 'measurements could not be saved'),
  )
  const isolation = wireObservation(services)
  const selfTest = await createAgentSelfTest({ ...services, pipes: createPipes() })
  const calls = { measurements, ...createCallMeter(services) }
  const classes = wireClasses({ services, offers, keep }, measurements, (sandbox) => noteCallFactor(calls, sandbox))
  const stops: (() => unknown)[] = []
  return {
    handlers: {
      ...classes.handlers,
      ...createIsolationHandlers(isolation, sandboxes),
      ...selfTest.handlers,
    },
    isolation,
    resume: classes.resume,
    follow() {
      stops.push(watchStarts(events, measurements), measureCalls({ events, ...calls }), selfTest.follow())
    },
    async close() {
      isolation.close()
      await Promise.all(stops.map((stop) => stop()))
      await measurements.saved()
    },
  }
}

function wireObservation({ folder, records, networkRecords, volumes, drivers, log }: Services): IsolationService {
  return wireObserver({
    folder,
    records: records.all,
    // One whose record cannot be read has no folder that is known; it is still seen where it is mounted.
    folderOfVolume: (name) => (volumes.has(name) ? volumes.folderOf(name) : `volume:${name}`),
    driverOf: ({ sandbox }) => drivers.get(sandbox.class),
    isIsolated: (name) => networkRecords.get(name)?.isolated === true,
    onError: (err) => log.warn({ err }, 'the isolation of the sandboxes could not be observed'),
  })
}

/** The classes that this machine offers, what they cost here, and the way from one to another. */
function wireClasses(
  { services, offers, keep }: Deps,
  measurements: Measurements,
  noteCalls: (sandbox: Sandbox) => Promise<void>,
) {
  const { folder, drivers, records, sandboxes } = services
  const list = createClassList({
    drivers,
    offers,
    emulated: async () => emulationOf((await offers()).find((offer) => offer.class === 'microvm')),
    measurements,
    records: records.all,
    paths: folder.sandbox,
  })
  const change = createClassChange({
    ...services,
    endings: sandboxes.endings,
    disk: createChangeDisk({ ...services, converter: createDiskConverter(run) }),
    profiles: list.profiles,
    measurements,
    keep,
  })
  const measure = createMeasureClasses({
    sandboxes,
    drivers: () => IsolationClass.options.flatMap((name) => pairOf(name, drivers.get(name))),
    async measure(driver, sandbox) {
      await noteCalls(sandbox)
      const record = records.get(sandbox.id)
      if (record) await noteOverhead({ measurements, paths: folder.sandbox }, driver, record)
    },
  })
  return { handlers: createClassHandlers({ ...services, list, change, measure }), resume: change.resumeAll }
}

function createIsolationHandlers(isolation: IsolationService, sandboxes: Services['sandboxes']) {
  return defineHandlers({
    readIsolation: ({ ref, measure }) =>
      isolation.read(ref === undefined ? undefined : sandboxes.find(ref).sandbox.id, measure),
    readBlastRadius: ({ node }) => isolation.blast(node),
  })
}

function pairOf(name: IsolationClass, driver: Driver | undefined): (readonly [IsolationClass, Driver])[] {
  return driver ? [[name, driver]] : []
}

const meterMs = 10_000

/** Runs the measurement of the program that goes inside here and in sandboxes. */
function createCallMeter(
  deps: Pick<Services, 'drivers' | 'folder' | 'records' | 'log' | 'signal'>,
): Pick<MeasureCallsDeps, 'onHost' | 'inside' | 'isRunning' | 'onError'> {
  const pipes = createPipes()
  const root = { env: ['PATH=/'], cwd: '/', uid: 0, gid: 0, additionalGids: [], tty: false }
  return {
    async onHost() {
      const program = findResource('inside/x64/joey-inside')
      return program === null ? '' : (await run(program, ['--measure'], { timeoutMs: meterMs })).stdout
    },
    async inside({ id, class: of }) {
      const argv = [insidePath, '--measure']
      const command = await driverOf(deps, of).exec(deps.folder.sandbox(id), id, { argv, ...root })
      const start = (each: ExecCommand) => startExec(each, { stdin: false, pipes, signalProcess })
      return (await runInside(command, start, { signal: deps.signal, timeoutMs: meterMs, maxBytes: 64 })).output
    },
    isRunning: (id) => deps.records.get(id)?.sandbox.state === 'running',
    onError: (err) => deps.log.info({ err }, 'the cost of system calls could not be measured'),
  }
}
