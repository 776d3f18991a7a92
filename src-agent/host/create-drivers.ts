import type { Logger } from 'pino'
import { AppError } from '#contract/app-error'
import type { IsolationClass } from '#contract/sandbox'
import type { Driver } from '../drivers/driver.ts'
import { createOciDriver } from '../drivers/oci/oci-driver.ts'
import { findProgram } from '../process/find-program.ts'
import type { Run } from '../process/run.ts'
import type { StateFolder } from '../state/folder.ts'
import { countOomKills } from './cgroup-files.ts'
import { chooseRuntime } from './choose-runtime.ts'
import { readHostTraits } from './traits.ts'

interface Deps {
  readonly folder: StateFolder
  readonly run: Run
  readonly log: Pick<Logger, 'info' | 'warn'>
}

/** Drivers of the classes that this host can run, found by trying. A class without a driver is told by the host's report. */
export async function createDrivers({ folder, run, log }: Deps): Promise<ReadonlyMap<IsolationClass, Driver>> {
  const drivers = new Map<IsolationClass, Driver>()
  const conmon = findProgram('conmon')
  const runtime = await chooseRuntime({ run, folder: folder.home }).catch((error: unknown) => {
    log.warn({ err: AppError.from(error).wire }, 'no runtime for containers works here')
    return null
  })
  if (runtime && conmon !== null) {
    const { exits, runtimeRoot } = folder
    const host = await readHostTraits(folder.tag)
    const { name, program } = runtime
    drivers.set(
      'container',
      createOciDriver({ name, run, runtime: program, runtimeRoot, exits, conmon, host, countOomKills }),
    )
    log.info({ runtime }, 'the class "container" is offered')
  }
  return drivers
}
