import { join } from 'node:path'
import type { ClassOffer } from '#contract/agent'
import type { IsolationClass } from '#contract/sandbox'
import { createChangeDisk } from './sandboxes/class/change-disk.ts'
import { createClassChange } from './sandboxes/class/class-change.ts'
import { createClassHandlers } from './sandboxes/class/class-handlers.ts'
import { createClassList, ladder, noteOverhead } from './sandboxes/class/class-list.ts'
import { type MeasureCallsDeps, measureCalls, noteCallFactor } from './sandboxes/class/measure-calls.ts'
import { createMeasureClasses } from './sandboxes/class/measure-classes.ts'
import { openMeasurements } from './sandboxes/class/measurements.ts'
import { watchStarts } from './sandboxes/class/watch-starts.ts'
import type { Services } from './compose.ts'
import type { Driver, ExecCommand } from './engines/driver.ts'
import { findResource } from './host/resources.ts'
import { composeIsolation } from './wire-observer.ts'
import type { IsolationService } from './observe/isolation/service.ts'
import { createDiskConverter } from './storage/ext4/ext4-disk.ts'
import { run } from './base/process/run.ts'
import { driverOf, type SandboxContext } from './sandboxes/context.ts'
import { probePath } from './observe/selftest/arguments.ts'
import { createAgentSelfTest } from './observe/selftest/create-self-test.ts'
import { runInside } from './observe/selftest/run-inside.ts'
import type { HandlerDeps } from './api/handlers.ts'
import type { SnapshotService } from './snapshots/snapshot-service.ts'
import { signalProcess } from './io/streams/guest-process.ts'
import { createPipes } from './io/streams/pipes.ts'
import { startExec } from './io/streams/start-exec.ts'

interface Ground {
  readonly services: Services
  readonly offers: () => Promise<readonly ClassOffer[]>
  /** Makes a snapshot before a change of class, where that is no more than a move. */
  readonly keep: SnapshotService['keepBeforeChange']
}

/** The walls around sandboxes: the dial, what is observed of them, and the check from inside. */
export interface Walls {
  readonly handlers: Pick<HandlerDeps, 'classes' | 'isolation' | 'selfTest'>
  readonly isolation: IsolationService
  /** Finishes or takes back the changes of class that the last agent left. After the sandboxes were reconciled. */
  resume(): Promise<string[]>
  /** Begins to measure and to check as the settings ask. */
  follow(): void
  close(): Promise<void>
}

export async function composeWalls({ services, offers, keep }: Ground): Promise<Walls> {
  const { context, sandboxes, settings, selfTestRecords } = services
  const { folder, drivers, log, records } = context
  const measurements = openMeasurements(join(folder.home, 'measurements.json'), (err) =>
    log.warn({ err }, 'measurements could not be saved'),
  )
  const list = createClassList({
    drivers,
    offers,
    emulated: async () => (await offers()).find((offer) => offer.class === 'microvm')?.emulated ?? null,
    measurements,
    records: records.all,
    paths: folder.sandbox,
  })
  const change = createClassChange({
    context,
    endings: sandboxes.endings,
    disk: createChangeDisk({ converter: createDiskConverter(run), drivers }),
    profiles: list.profiles,
    measurements,
    keep,
  })
  const isolation = composeIsolation({
    folder,
    run,
    records: records.all,
    driverOf: ({ sandbox }) => drivers.get(sandbox.class),
    onError: (err) => log.warn({ err }, 'the isolation of the sandboxes could not be observed'),
  })
  const selfTest = await createAgentSelfTest({
    context,
    sandboxes,
    settings,
    records: selfTestRecords,
    pipes: createPipes(),
  })
  const calls = { measurements, ...createCallMeter(context) }
  const measure = createMeasureClasses({
    sandboxes,
    drivers: () => ladder.flatMap((name) => pairOf(name, drivers.get(name))),
    async measure(driver, sandbox) {
      await noteCallFactor(calls, sandbox)
      const record = records.get(sandbox.id)
      if (record) await noteOverhead({ measurements, paths: folder.sandbox }, driver, record)
    },
  })
  const ends: (() => unknown)[] = []
  return {
    handlers: {
      classes: createClassHandlers({ context, list, change, measure }),
      isolation: {
        readIsolation: ({ ref, measure }) =>
          isolation.read(ref === undefined ? undefined : sandboxes.find(ref).sandbox.id, measure),
        readBlastRadius: ({ node }) => isolation.blast(node),
      },
      selfTest: selfTest.handlers,
    },
    isolation,
    resume: change.resumeAll,
    follow() {
      const { events } = context
      ends.push(watchStarts(events, measurements), measureCalls({ events, ...calls }), selfTest.follow())
    },
    async close() {
      isolation.close()
      await Promise.all(ends.map((end) => end()))
      await measurements.saved()
    },
  }
}

function pairOf(name: IsolationClass, driver: Driver | undefined): (readonly [IsolationClass, Driver])[] {
  return driver ? [[name, driver]] : []
}

const meterMs = 10_000

/** Runs the probe's measurement here and in sandboxes. */
function createCallMeter(
  context: SandboxContext,
): Pick<MeasureCallsDeps, 'onHost' | 'inside' | 'isRunning' | 'onError'> {
  const pipes = createPipes()
  const root = { env: ['PATH=/'], cwd: '/', uid: 0, gid: 0, additionalGids: [], tty: false }
  return {
    async onHost() {
      const program = findResource('probe/x64/joey-probe')
      return program === null ? '' : (await run(program, ['--measure'], { timeoutMs: meterMs })).stdout
    },
    async inside({ id, class: of }) {
      const argv = [probePath, '--measure']
      const command = await driverOf(context, of).exec(context.folder.sandbox(id), id, { argv, ...root })
      const start = (each: ExecCommand) => startExec(each, { stdin: false, pipes, signalProcess })
      return (await runInside(command, start, { signal: context.signal, timeoutMs: meterMs, maxBytes: 64 })).output
    },
    isRunning: (id) => context.records.get(id)?.sandbox.state === 'running',
    onError: (err) => context.log.info({ err }, 'the cost of system calls could not be measured'),
  }
}
