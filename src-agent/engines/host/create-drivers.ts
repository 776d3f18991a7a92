import { join } from 'node:path'
import type { Logger } from 'pino'
import { AppError } from '#contract/app-error'
import { findSystemProgram } from '#contract/client/system-program'
import type { IsolationClass } from '#contract/sandbox'
import { countOomKills } from '../../base/kernel/cgroup-files.ts'
import type { Run } from '../../base/process/run.ts'
import type { StateFolder } from '../../state/folder.ts'
import type { Driver } from '../driver.ts'
import { createGvisorDriver } from '../oci/gvisor/gvisor-driver.ts'
import { createOciDriver } from '../oci/oci-driver.ts'
import type { SelinuxTypes } from '../oci/selinux-labels.ts'
import { chooseRuntime } from './choose-runtime.ts'
import { createMicrovmClass } from './create-microvm-class.ts'
import { probeGvisor } from './probe-gvisor.ts'
import { sweepProbes } from './sweep-probes.ts'
import { readHostTraits } from './traits.ts'

interface Deps {
  readonly folder: StateFolder
  readonly run: Run
  readonly log: Pick<Logger, 'debug' | 'info' | 'warn'>
  /** Whether the code of a running gVisor may be changed: see `patchGvisorToSave` among the settings. */
  readonly mayPatchGvisor: () => boolean
  /** As the settings name it. */
  readonly microvmKernel: string | null
  /** joey-outside, where this machine can map ids. */
  readonly outside: string | null
  /** The profile of AppArmor for containers, where it is loaded. */
  readonly apparmor: string | null
  /** What SELinux has containers labelled as, where it has. */
  readonly selinux: SelinuxTypes | null
}

/** Drivers of the classes that this host can run, found by trying. A class without a driver is in the host's report. */
export async function createDrivers({
  folder,
  run,
  log,
  mayPatchGvisor,
  microvmKernel,
  outside,
  apparmor,
  selinux,
}: Deps): Promise<ReadonlyMap<IsolationClass, Driver>> {
  const drivers = new Map<IsolationClass, Driver>()
  await sweepProbes(join(folder.home, 'probes'))
  const conmon = findSystemProgram('conmon')
  const runtime = await chooseRuntime({ run, folder: folder.home }).catch((error: unknown) => {
    log.warn({ err: AppError.from(error).wire }, 'no runtime for containers works here')
    return null
  })
  if (conmon === null) return drivers
  const { exits, runtimeRoot, limitedMounts } = folder
  const common = {
    run,
    runtimeRoot,
    exits,
    limitedMounts,
    conmon,
    host: await readHostTraits(folder.tag, outside),
    countOomKills,
  }
  if (runtime) {
    const { name, program } = runtime
    drivers.set(
      'container',
      createOciDriver({ ...common, host: { ...common.host, apparmor, selinux }, name, runtime: program }),
    )
    log.info({ runtime }, 'the class "container" is offered')
  }
  const gvisor = await probeGvisor({ run, folder: folder.home })
  if (gvisor?.setup) {
    const { program, setup } = gvisor
    drivers.set('gvisor', createGvisorDriver({ ...common, name: 'runsc', runtime: program }, setup, mayPatchGvisor))
    log.info({ gvisor }, 'the class "gvisor" is offered')
  } else if (gvisor) log.warn({ gvisor }, 'gVisor does not work here')
  const microvm = await createMicrovmClass({ folder, run, log, conmon, host: common.host, ownKernel: microvmKernel })
  if (microvm) drivers.set('microvm', microvm)
  return drivers
}

/** At the agent's end: stops what the drivers do in the background. Sandboxes run on. */
export async function closeDrivers(drivers: ReadonlyMap<IsolationClass, Driver>): Promise<void> {
  for (const driver of drivers.values()) {
    if ('close' in driver && typeof driver.close === 'function') await driver.close()
  }
}
