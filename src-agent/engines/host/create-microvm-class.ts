import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Run } from '../../base/process/run.ts'
import type { StateFolder } from '../../state/folder.ts'
import { createMicrovm } from '../microvm/create-microvm.ts'
import type { MicrovmDriver } from '../microvm/microvm-driver.ts'
import { defaultCapabilities } from '../oci/grants.ts'
import type { HostTraits } from '../oci/runtime-config.ts'
import { probeMicrovm } from './probe-microvm.ts'
import { tryKvm } from './try-kvm.ts'

interface Deps {
  readonly folder: StateFolder
  readonly run: Run
  readonly log: Pick<Logger, 'debug' | 'info' | 'warn'>
  readonly conmon: string
  readonly ownKernel: string | null
  readonly host: Pick<HostTraits, 'cgroupParent' | 'limitsSwap'>
}

/** What the class profile says of micro-VMs besides what every driver says. */
export interface MicrovmClass extends Omit<MicrovmDriver, 'close'> {
  /** `7.2.22` */
  readonly version: string
  /** A driver's own end: resolves when nothing of it runs but sandboxes. */
  close(): Promise<void>
}

/** The driver of the class "microvm", with templates in the making; null where this host cannot have it. */
export async function createMicrovmClass(deps: Deps): Promise<MicrovmClass | null> {
  const { folder, run, log, conmon, host, ownKernel } = deps
  const verdict = await probeMicrovm({ run, folder: folder.home, tryKvm, ownKernel })
  const { assets, programs, virtiofsd, version, acceleration, emulated } = verdict
  if (assets === null) {
    log.warn({ reason: verdict.failure?.message }, 'micro-VMs cannot run here')
    return null
  }
  const setup = { programs, virtiofsd, version, acceleration, assets: async () => assets }
  const microvm = await createMicrovm(setup, {
    run,
    log,
    conmon,
    exits: folder.exits,
    limitedMounts: folder.limitedMounts,
    templates: join(folder.home, 'microvm', 'templates'),
    disks: join(folder.home, 'microvm', 'disks'),
    machines: join(folder.run, 'vm'),
    idle: join(folder.run, 'vt'),
    cgroupParent: host.cgroupParent,
    limitsSwap: host.limitsSwap,
    capabilities: defaultCapabilities,
    bootId: (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim(),
  })
  log.info({ version, acceleration, emulated: emulated?.message }, 'the class "microvm" is offered')
  void microvm.warmUp()
  return Object.assign(microvm.driver, { version, close: microvm.close })
}
