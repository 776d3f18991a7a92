import { createHash } from 'node:crypto'
import { cpus } from 'node:os'
import type { Logger } from 'pino'
import { countOomKills } from '../../base/kernel/cgroup-files.ts'
import type { Run } from '../../base/process/run.ts'
import { createDiskConverter } from '../../storage/ext4/ext4-disk.ts'
import type { GuestAssets } from './guest/guest-assets.ts'
import { createMicrovmDriver, type MicrovmDriver } from './microvm-driver.ts'
import { hostSize } from './qemu/boot-machine.ts'
import { type CgroupDeps, createMachineCgroup } from './qemu/machine-cgroup.ts'
import type { MachinePrograms } from './qemu/machine-command.ts'
import { type MachineShape, usualShape } from './qemu/machine-shape.ts'
import { qemuArguments } from './qemu/qemu-arguments.ts'
import { createDiskPool, type DiskPool } from './template/disk-pool.ts'
import { type IdleDeps, saveTemplate, withIdleMachine } from './template/idle-machine.ts'
import { createTemplates, type Templates } from './template/templates.ts'

export interface MicrovmSetup {
  readonly programs: MachinePrograms
  /** Serves mounts; null where it is not installed. */
  readonly virtiofsd: string | null
  readonly version: string
  readonly acceleration: 'kvm' | 'tcg'
  readonly assets: () => Promise<GuestAssets>
}

export interface MicrovmPlaces {
  readonly run: Run
  readonly log: Pick<Logger, 'debug' | 'info' | 'warn'>
  readonly conmon: string
  readonly exits: string
  /** See ConmonDeps. */
  readonly limitedMounts: string
  /** Where templates stay; below the state folder. */
  readonly templates: string
  /** Where empty disks wait; below the state folder. */
  readonly disks: string
  /** A folder for each machine; below the run folder. */
  readonly machines: string
  /** For a machine that becomes a template; below the run folder, and short. */
  readonly idle: string
  readonly cgroupParent: string
  readonly limitsSwap: boolean
  /** What root in a sandbox may do where nothing is granted, in every class. */
  readonly capabilities: readonly string[]
  readonly bootId: string
}

/** The driver, and its templates, which are made in the background. */
export interface Microvm {
  readonly driver: MicrovmDriver
  readonly templates: Templates
  /** Makes the template that most sandboxes start from, with and without a network. */
  warmUp(): Promise<void>
  /** Resolves when nothing runs but sandboxes. */
  close(): Promise<void>
}

const bootMs = 60_000

export async function createMicrovm(setup: MicrovmSetup, places: MicrovmPlaces): Promise<Microvm> {
  const idle = idleDeps(setup, places)
  // An agent that was killed while it made a template has left the machine behind.
  await idle.cgroup.kill()
  await idle.cgroup.remove()
  const make = async (shape: MachineShape, path: string, signal: AbortSignal): Promise<void> =>
    withIdleMachine(idle, { assets: await setup.assets(), shape, bootMs, signal }, ({ sockets }) =>
      saveTemplate(sockets, path, signal),
    )
  const key = templateKey(setup, await setup.assets(), places.bootId)
  const templates = createTemplates({ folder: places.templates, key, make, log: places.log })
  const pool = createDiskPool({ folder: places.disks, disks: createDiskConverter(places.run), log: places.log })
  const driver = await createDriverOn(setup, places, { templates, pool })
  const { close } = driver
  return {
    driver,
    templates,
    async warmUp() {
      pool.refill()
      const usual = usualShape(hostSize())
      await templates.ensure(usual)
      await templates.ensure({ ...usual, network: false })
    },
    async close() {
      await Promise.all([templates.close(), pool.close()])
      close()
    },
  }
}

/** What machines start from. */
export interface Stock {
  readonly templates: Templates
  readonly pool: Pick<DiskPool, 'take' | 'refill'>
}

/** A driver alone, on what there is. */
export async function createDriverOn(setup: MicrovmSetup, places: MicrovmPlaces, stock: Stock): Promise<MicrovmDriver> {
  return createMicrovmDriver({
    ...places,
    ...setup,
    bwrap: setup.programs.bwrap,
    recordsFolder: places.machines,
    cgroups: cgroupDeps(setup, places),
    countOomKills,
    ...stock,
    stateKey: stateKey(setup, await setup.assets()),
    disks: createDiskConverter(places.run),
  })
}

function cgroupDeps({ acceleration }: MicrovmSetup, { limitsSwap }: Pick<MicrovmPlaces, 'limitsSwap'>): CgroupDeps {
  return { limitsSwap, usesKvm: acceleration === 'kvm' }
}

/** For machines that nobody uses. */
export function idleDeps(
  setup: MicrovmSetup,
  places: Omit<MicrovmPlaces, 'run' | 'log' | 'conmon' | 'limitedMounts'>,
): IdleDeps {
  const cgroup = createMachineCgroup(`${places.cgroupParent}/template`, cgroupDeps(setup, places))
  return { programs: setup.programs, acceleration: setup.acceleration, cgroup, folder: places.idle }
}

/**
 * What a sandbox's saved state needs, which other than a template's outlives a boot of the host. Under emulation too the
 * processor counts: the guest has measured how fast its clock runs.
 */
function stateKey({ version, acceleration }: MicrovmSetup, assets: GuestAssets): string {
  const shape = { memoryMebibytes: 0, cpus: 1, disks: 1, network: true }
  const machine = qemuArguments({ shape, acceleration, uid: 0, shares: 0, start: 'boot', streams: 'none' })
  const parts = ['1', assets.key, version, cpus()[0]?.model ?? '', ...machine]
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 24)
}

/** A state fits only to the very machine that it was taken from, and not to another boot of the host. */
function templateKey({ version, acceleration }: MicrovmSetup, assets: GuestAssets, bootId: string): string {
  const shape = { memoryMebibytes: 0, cpus: 1, disks: 1, network: true }
  const machine = qemuArguments({ shape, acceleration, uid: 0, shares: 0, start: 'boot', streams: 'none' })
  const parts = [assets.key, version, bootId, ...machine]
  return createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 24)
}
