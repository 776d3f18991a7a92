import { availableParallelism } from 'node:os'
import type { AgentEvent } from '#contract/observe'
import type { SandboxId } from '#contract/sandbox'
import { run } from './base/process/run.ts'
import { ability } from './engines/driver.ts'
import { createDiskSizes } from './observe/history/disk-sizes.ts'
import { createHistoryFile } from './observe/history/history-file.ts'
import { createHistoryHandlers } from './observe/history/history-handlers.ts'
import { createHostReader } from './observe/history/host-reader.ts'
import { createRecorder, sandboxOfKey, type UsageRecorder } from './observe/history/recorder.ts'
import { createCgroupReader } from './observe/usage/cgroup-reader.ts'
import { createSampler, type Sampler } from './observe/usage/sampler.ts'
import { systemClock } from './observe/usage/sampler-clock.ts'
import { openUsageDatabase } from './state/usage-database.ts'
import type { Services } from './wire-services.ts'

/** What measures use, now and over time. */
export interface UsageServices {
  readonly sampler: Sampler
  readonly handlers: ReturnType<typeof createHistoryHandlers>
  /** Begins to follow what happens to sandboxes. After they were reconciled. */
  follow(): void
  close(): Promise<void>
}

export function wireUsage(services: Services): UsageServices {
  const { folder, records, sandboxes, events, log, now } = services
  const onUnusable = (err: unknown) => log.warn({ err }, 'the history of use was unusable; it begins anew')
  const file = createHistoryFile(openUsageDatabase(folder.usage, onUnusable))
  const list = () => listRunning(services)
  const onError = sayNowAndThen((err) => log.warn({ err }, 'the history of use could not be kept'))
  const disks = createDiskSizes({ run, home: folder.home, clock: systemClock, running: list, onError })
  const recorder = createRecorder({
    file,
    host: createHostReader({ home: folder.home, cores: availableParallelism() }),
    clock: systemClock,
    describe(id) {
      const sandbox = records.get(id)?.sandbox
      if (sandbox === undefined) return null
      const disk = { bytes: disks.of(id), limitBytes: sandbox.spec.limits.diskBytes }
      return { name: sandbox.name, class: sandbox.class, disk }
    },
    onError,
  })
  const sampler = createSampler({
    reader: createCgroupReader(),
    list,
    engineMemory: ({ id }) => engineMemoryOf(services, id),
    recorder: {
      measured(sandbox, before, reading) {
        disks.noteWritten(sandbox.id, reading.usage.ioWriteBytes)
        recorder.measured(sandbox, before, reading)
      },
      finished: recorder.finished,
    },
  })
  let undo = (): void => undefined
  return {
    sampler,
    handlers: createHistoryHandlers({ file, recorder, idOf: (ref) => sandboxes.find(ref).sandbox.id, now }),
    follow() {
      for (const { key, removedAt } of file.sandboxes()) {
        const id = sandboxOfKey(key)
        if (removedAt === null && id !== null && records.get(id) === undefined) recorder.removed(id)
      }
      undo = events.subscribe(followStates(services, recorder))
      sampler.refresh()
    },
    async close() {
      undo()
      sampler.close()
      await disks.close()
      recorder.close()
    },
  }
}

/** A listener that tells the recorder of changes of state, of which the events of a sandbox are only some. */
function followStates({ records }: Services, recorder: UsageRecorder): (event: AgentEvent) => void {
  const states = new Map<SandboxId, string>(records.all().map(({ sandbox }) => [sandbox.id, sandbox.state]))
  return (event) => {
    if (event.type === 'sandbox.removed') {
      states.delete(event.id)
      recorder.removed(event.id)
    }
    if (event.type !== 'sandbox.changed') return
    const { id, state } = event.sandbox
    if (states.get(id) === state) return
    states.set(id, state)
    recorder.noteState(id, state)
  }
}

const sayAgainAfterMs = 10 * 60_000

/** What fails fails every second. */
function sayNowAndThen(say: (error: unknown) => void): (error: unknown) => void {
  let said = Number.NEGATIVE_INFINITY
  return (error) => {
    if (performance.now() - said < sayAgainAfterMs) return
    said = performance.now()
    say(error)
  }
}

function listRunning({ records, drivers }: Services) {
  return records.all().flatMap(({ sandbox }) => {
    const { id, pid, spec, state } = sandbox
    const driver = drivers.get(sandbox.class)
    if (pid === null || !driver || !['running', 'paused', 'stopping'].includes(state)) return []
    return [{ id, pid, cgroup: driver.cgroup(id), limits: spec.limits }]
  })
}

/** Of engines that can report it: the others share the memory of their guests. */
async function engineMemoryOf({ records, drivers, folder }: Services, id: string): Promise<number | null> {
  const of = records.get(id)?.sandbox.class
  const driver = of && drivers.get(of)
  const measuring = driver ? ability(driver, 'engineMemory') : null
  return (await measuring?.engineMemory(id, folder.sandbox(id))) ?? null
}
