import { AppError, appError } from '#contract/app-error'
import { ability, type Driver } from '../engines/driver.ts'
import { driverOf, type SandboxContext, withSandbox } from '../sandboxes/context.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'

/** Holds a running sandbox still for a piece of work, and measures for how long. */
export interface Freezer {
  /** To be used at most once. */
  freeze(work: () => Promise<void>): Promise<void>
  /** From the call to the engine until it had let the sandbox go on; 0 for one that does not run. */
  pauseMs(): number
}

/**
 * One that a person has paused stays paused, and one that has ended meanwhile stands still anyway. When the engine does not
 * let it go on, that is on record, and told.
 */
export function createFreezer(context: SandboxContext, record: SandboxRecord): Freezer {
  const { id, state } = record.sandbox
  let pauseMs = 0
  if (state !== 'running') return { freeze: (work) => work(), pauseMs: () => 0 }
  const driver = driverOf(context, record.sandbox.class)
  return {
    pauseMs: () => pauseMs,
    async freeze(work) {
      await flush(context, driver, id)
      const began = performance.now()
      const isFrozen = await pause(driver, id)
      try {
        await work()
      } finally {
        if (isFrozen) await goOn(context, driver, record)
        pauseMs = performance.now() - began
      }
    },
  }
}

/** What the guest's engine keeps back of what was written is put where it is copied from. */
async function flush(context: SandboxContext, driver: Driver, id: string): Promise<void> {
  const flushing = ability(driver, 'flushDisk')
  if (!flushing) return
  try {
    await flushing.flushDisk(id, context.folder.sandbox(id))
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

async function goOn(context: SandboxContext, driver: Driver, record: SandboxRecord): Promise<void> {
  const { id, name } = record.sandbox
  try {
    await driver.resume(id)
  } catch (error) {
    if ((await driver.phase(id)) !== 'paused') return
    context.records.put(withSandbox(context.records.get(id) ?? record, { state: 'paused' }))
    const message = `"${name}" was held still for the snapshot and could not be let go on. It is paused now; resume it with "joey resume ${name}".`
    throw appError('engine', 'resume-failed', message, { detail: AppError.from(error).wire.message })
  }
}

async function isFrozenOrRuns(driver: Driver, id: string): Promise<boolean> {
  return ['running', 'paused'].includes(await driver.phase(id))
}
