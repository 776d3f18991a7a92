import { join } from 'node:path'
import type { Logger } from 'pino'
import { AppError } from '#contract/app-error'
import type { IsolationClass } from '#contract/sandbox'
import type { Driver } from '../driver.ts'
import { createGvisorDriver } from '../oci/gvisor/gvisor-driver.ts'
import { createOciDriver } from '../oci/oci-driver.ts'
import { findProgram } from '../../process/find-program.ts'
import type { Run } from '../../base/process/run.ts'
import type { StateFolder } from '../../state/folder.ts'
import { countOomKills } from '../../base/kernel/cgroup-files.ts'
import { chooseRuntime } from './choose-runtime.ts'
import { createMicrovmClass } from './create-microvm-class.ts'
import { judgeGvisor } from './probe-gvisor.ts'
import { sweepProbes } from './sweep-probes.ts'
import { readHostTraits } from './traits.ts'

interface Deps {
  readonly folder: StateFolder
  readonly run: Run
  readonly log: Pick<Logger, 'debug' | 'info' | 'warn'>
}

/** Drivers of the classes that this host can run, found by trying. A class without a driver is told by the host's report. */
export async function createDrivers({ folder, run, log }: Deps): Promise<ReadonlyMap<IsolationClass, Driver>> {
  const drivers = new Map<IsolationClass, Driver>()
  await sweepProbes(join(folder.home, 'probes'))
  const conmon = findProgram('conmon')
  const runtime = await chooseRuntime({ run, folder: folder.home }).catch((error: unknown) => {
    log.warn({ err: AppError.from(error).wire }, 'no runtime for containers works here')
    return null
  })
  if (conmon === null) return drivers
  const { exits, runtimeRoot } = folder
  const ground = { run, runtimeRoot, exits, conmon, host: await readHostTraits(folder.tag), countOomKills }
  if (runtime) {
    const { name, program } = runtime
    drivers.set('container', createOciDriver({ ...ground, name, runtime: program }))
    log.info({ runtime }, 'the class "container" is offered')
  }
  const gvisor = await judgeGvisor({ run, folder: folder.home })
  if (gvisor?.setup) {
    const { program, setup } = gvisor
    drivers.set('gvisor', createGvisorDriver({ ...ground, name: 'runsc', runtime: program }, setup))
    log.info({ gvisor }, 'the class "gvisor" is offered')
  } else if (gvisor) log.warn({ gvisor }, 'gVisor does not work here')
  const microvm = await createMicrovmClass({ folder, run, log, conmon, host: ground.host })
  if (microvm) drivers.set('microvm', microvm)
  return drivers
}

/** At the agent's end: stops what the drivers do in the background. Sandboxes run on. */
export async function closeDrivers(drivers: ReadonlyMap<IsolationClass, Driver>): Promise<void> {
  for (const driver of drivers.values()) {
    if ('close' in driver && typeof driver.close === 'function') await driver.close()
  }
}
