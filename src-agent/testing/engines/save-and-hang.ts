import { readFileSync } from 'node:fs'
import { ability, type LaunchPlan } from '../../engines/driver.ts'
import { anotherGvisor } from './oci-setting.ts'

/**
 * A program that saves a sandbox and never finishes with its disk, to be killed: `save-and-hang.ts FOLDER PLAN STATE`.
 * The mounts are those of whoever starts it.
 */
const [folder = '', plan = '', state = ''] = process.argv.slice(2)
const driver = ability(await anotherGvisor(folder), 'saveState')
const atRest = async (): Promise<void> => {
  process.stdout.write('saved\n')
  await new Promise(() => setInterval(() => {}, 1000))
}
const signal = new AbortController().signal
await driver?.saveState(JSON.parse(readFileSync(plan, 'utf8')) as LaunchPlan, state, { atRest, goOn: true, signal })
