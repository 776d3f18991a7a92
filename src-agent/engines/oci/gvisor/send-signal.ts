import { AppError, appError } from '#contract/app-error'
import type { Driver } from '../../driver.ts'
import type { GuestHelper } from './guest-helper.ts'

/** This runtime parses names and numbers of standard signals alone. */
export const highestOfRuntime = 31

/** Sends real-time signals from inside, and leaves all others to the runtime. */
export function createKill(
  driver: Pick<Driver, 'kill' | 'phase' | 'pause' | 'resume'>,
  helper: Pick<GuestHelper, 'signalMain'>,
): Driver['kill'] {
  return async (id, signal, options) => {
    const number = Number(signal)
    if (!(number > highestOfRuntime)) return driver.kill(id, signal, options)
    const before = await driver.phase(id)
    if (before !== 'running' && before !== 'paused') return
    // What is frozen takes no signal, so it is thawed for the moment that it takes.
    if (before === 'paused') await driver.resume(id)
    try {
      await helper.signalMain(id, number)
    } catch (error) {
      // The main process that it ends takes the helper with it.
      const after = await driver.phase(id)
      if (after !== 'running' && after !== 'paused') return
      throw appError('signal-failed', { signal }, { cause: error, detail: AppError.from(error).wire.detail ?? '' })
    }
    if (before === 'paused' && (await driver.phase(id)) === 'running') await driver.pause(id)
  }
}
