import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { ability, type Driver, type LiveSaving } from '../../engines/driver.ts'
import { type Live, soon } from './live-checks.ts'
import { describeContinuation } from './live-continuation-suite.ts'
import { describeFailures } from './live-failure-suite.ts'
import { createLiveFixture, type LiveFixture } from './live-fixture.ts'
import { describeIdentity } from './live-identity-suite.ts'
import type { Trial } from './trial.ts'

/** What is written is flushed, and memory is saved and restored, where the driver can. Where not, it says so. */
export function describeLive(current: () => Trial): void {
  describeFlushing(current)
  describe('saved memory', () => {
    let fixture: LiveFixture | undefined
    afterEach(() => fixture?.clear(), 60_000)

    /** Runs only where the driver can. */
    const live: Live = (body) => async () => {
      const trial = current()
      const driver = savingOf(trial.driver)
      if (!driver) {
        expect(trial.driver.limitations).toContainEqual(expect.objectContaining({ feature: 'liveSnapshot' }))
        return
      }
      fixture = createLiveFixture(trial, driver)
      await body(fixture, trial)
    }
    describeContinuation(live)
    describeIdentity(live)
    describeFailures(live)
  })
}

/** Who saves also restores. */
function savingOf(driver: Driver): (Driver & LiveSaving) | null {
  return ability(driver, 'saveState') && (driver as Driver & LiveSaving)
}

function describeFlushing(current: () => Trial): void {
  test('what was written inside is in the writable layer once it was requested', async () => {
    const trial = current()
    await trial.launch(trial.plan(['sh', '-c', 'exec 5>>/held; echo first >&5; echo ready; sleep 1000']))
    await expect.poll(() => trial.output(), soon).toEqual(['ready'])
    await ability(trial.driver, 'flushDisk')?.flushDisk(trial.id, trial.paths)
    if (trial.driver.disk !== 'directory') return
    expect(readFileSync(join(trial.paths.upper, 'held'), 'utf8')).toBe('first\n')
  })
}
