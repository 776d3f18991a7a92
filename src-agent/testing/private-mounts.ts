import { preparePrivateMounts } from '../base/kernel/private-mounts.ts'
import { run } from '../base/process/run.ts'

/** The mounts of an agent, for a test that has none: the test runner starts this lane in a mount namespace of its own. */
export function prepareTestMounts(): Promise<void> {
  return preparePrivateMounts(run, process.env['JOEY_OUTER_MOUNTS'], (error) => {
    throw error
  })
}
