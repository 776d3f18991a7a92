import type { Logger } from 'pino'
import type { IsolationClass } from '#contract/sandbox'
import type { Driver } from '../drivers/driver.ts'
import { createOciDriver } from '../drivers/oci/oci-driver.ts'
import { findProgram } from '../process/find-program.ts'
import type { Run } from '../process/run.ts'
import type { StateFolder } from '../state/folder.ts'
import { countOomKills } from './cgroup-files.ts'
import { readHostTraits } from './traits.ts'

/** Makes the drivers of the classes that this host can run. */
export async function createDrivers({ folder, run, log }: { folder: StateFolder; run: Run; log: Logger }): Promise<{
  drivers: ReadonlyMap<IsolationClass, Driver>
  runtime: string
}> {
  const name = process.env['JOEY_RUNTIME'] === 'runc' ? 'runc' : 'crun'
  const runtime = findProgram(name)
  const conmon = findProgram('conmon')
  if (!runtime || !conmon) {
    log.error('container class not available')
    return { drivers: new Map(), runtime: '' }
  }
  const host = await readHostTraits(folder.tag)
  const { exits, runtimeRoot } = folder
  const driver = createOciDriver({ name, run, runtime, runtimeRoot, exits, conmon, host, countOomKills })
  return { drivers: new Map([['container', driver]]), runtime: name }
}
