import type { Logger } from 'pino'
import type { SandboxId } from '#contract/sandbox'
import type { CreateDeps } from './create-machine.ts'
import type { GuestChannel } from './guest/guest-types.ts'
import type { CgroupDeps, MachineCgroup } from './qemu/machine-cgroup.ts'
import type { MachineRecords } from './state/machine-records.ts'

export interface MicrovmDeps extends Omit<CreateDeps, 'records' | 'channels' | 'clear'> {
  /** A folder for each machine that there is. */
  readonly recordsFolder: string
  readonly cgroupParent: string
  /** Engine, version, guest and processor, as one word. */
  readonly stateKey: string
  readonly cgroups: CgroupDeps
  readonly countOomKills: (cgroup: string) => Promise<number>
  readonly log: Pick<Logger, 'debug' | 'info' | 'warn'>
}

/** What the parts of the driver reach a machine by. */
export interface MachineContext {
  readonly deps: MicrovmDeps
  readonly records: MachineRecords
  readonly cgroupOf: (id: SandboxId) => MachineCgroup
  /** Lets go first of one that an agent which was killed has left standing still. */
  readonly channelOf: (id: SandboxId) => Promise<GuestChannel>
  /** Whether its monitor has left an exit code, which is there until the machine is taken back. */
  readonly hasEnded: (id: SandboxId) => Promise<boolean>
  /** Whether it has ended, and may have been taken back since. */
  readonly isOver: (id: SandboxId) => Promise<boolean>
}
