import { afterAll, afterEach, beforeAll, describe } from 'vitest'
import { describeGaining } from './gaining-suite.ts'
import { describeIsolation } from './isolation-suite.ts'
import { describeLayers } from './layers-suite.ts'
import { describeLifecycle } from './lifecycle-suite.ts'
import { describeLimits } from './limits-suite.ts'
import { createLiveFixture, type LiveFixture } from './live-fixture.ts'
import { describeLive } from './live-suite.ts'
import { describePlans } from './plan-suite.ts'
import { describeProcesses } from './process-suite.ts'
import { createTrial, type Setting, type Trial } from './trial.ts'
import { describeWorkingFolders } from './working-folder-suite.ts'

export { createLiveFixture, createTrial, type LiveFixture, type Setting, type Trial }

/**
 * Every driver passes this suite. A new obligation in the interface comes with a test here. Where classes differ, the
 * expectation follows from what the driver declares of itself, and no test is left out.
 */
export function describeDriver(name: string, make: (folder: string) => Promise<Setting>): void {
  describe(`the ${name} driver`, () => {
    let trial: Trial | undefined
    const current = (): Trial => {
      if (!trial) throw new Error('The setting could not be made.')
      return trial
    }
    beforeAll(async () => {
      trial = await createTrial(make)
    }, 60_000)
    afterEach(() => current().reset(), 60_000)
    afterAll(() => trial?.dispose(), 60_000)

    describePlans(current)
    describeLifecycle(current)
    describeLayers(current)
    describeProcesses(current)
    describeWorkingFolders(current)
    describeLimits(current)
    describeIsolation(current)
    describeGaining(current)
    describeLive(current)
  })
}
