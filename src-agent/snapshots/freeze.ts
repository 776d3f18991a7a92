import { appError } from '#contract/app-error'
import { explainFailure } from '../base/failures/machine-failure.ts'
import { ability, type Driver, type Drivers } from '../engines/driver.ts'
import { driverOf } from '../sandboxes/find-driver.ts'
import type { StateFolder } from '../state/folder.ts'
import type { SandboxRecord, SandboxRecords } from '../state/records/sandbox-records.ts'
import { withSandbox } from '../state/records/sandbox-records.ts'

interface Deps {
  readonly records: SandboxRecords
  readonly folder: StateFolder
  readonly drivers: Drivers
}

/** Holds a running sandbox still for a piece of work, and measures for how long. */
export interface Freezer {
  /** To be used at most once. */
  freeze(work: () => Promise<void>): Promise<void>
  /** From the call to the engine until it had let the sandbox go on; 0 for one that does not run. */
  pauseMs(): number
}

/**
 * One that a person has paused stays paused, and one that has ended meanwhile does not run anyway. When the engine does not
 * let it go on, that is on record, and reported.
 */
export function createFreezer(deps: Deps, record: SandboxRecord): Freezer {
  const { id, state } = record.sandbox
  let pauseMs = 0
  if (state !== 'running') return { freeze: (work) => work(), pauseMs: () => 0 }
  const driver = driverOf(deps, record.sandbox.class)
  return {
    pauseMs: () => pauseMs,
    async freeze(work) {
      await flush(deps, driver, id)
      const began = performance.now()
      const isFrozen = await pause(driver, id)
      try {
        await work()
      } finally {
        if (isFrozen) await goOn(deps, driver, record)
        pauseMs = performance.now() - began
      }
    },
  }
}

/** What the guest's engine keeps back of what was written is put where it is copied from. */
async function flush(deps: Pick<Deps, 'folder'>, driver: Driver, id: string): Promise<void> {
  const flushing = ability(driver, 'flushDisk')
  if (!flushing) return
  try {
    await flushing.flushDisk(id, deps.folder.sandbox(id))
  } catch (error) {
    if (await isFrozenOrRuns(driver, id)) throw error
  }
}

/** False where it has ended by itself. */
async function pause(driver: Driver, id: string): Promise<boolean> {
  try {
    await driver.pause(id)
    return true
  } catch (error) {
    if (await isFrozenOrRuns(driver, id)) throw error
    return false
  }
}

async function goOn(deps: Pick<Deps, 'records'>, driver: Driver, record: SandboxRecord): Promise<void> {
  const { id, name } = record.sandbox
  try {
    await driver.resume(id)
  } catch (error) {
    if ((await driver.phase(id)) !== 'paused') return
    deps.records.put(withSandbox(deps.records.get(id) ?? record, { state: 'paused' }))
    throw appError('resume-failed', { name }, { detail: explainFailure(error).wire.message })
  }
}

async function isFrozenOrRuns(driver: Driver, id: string): Promise<boolean> {
  return ['running', 'paused'].includes(await driver.phase(id))
}
