import type { RunLimits } from '#contract/sandbox'
import type { LaunchPlan } from '../../driver.ts'

/** What a template and its clones must have in common: the machine as its guest sees it. */
export interface MachineShape {
  readonly memoryMebibytes: number
  readonly cpus: number
  /** Read-only layers and the writable one. */
  readonly disks: number
  readonly network: boolean
}

export interface HostSize {
  readonly cpus: number
  readonly memoryBytes: number
}

const mebibyte = 1024 * 1024
const usualMebibytes = 256
const roomyHost = 16 * 1024 * mebibyte
const usualCpus = 2
const machineThreads = 512
/** As many as Linux can have at all. */
const allThreads = 4_194_304
const mostCpus = 16

/**
 * A guest is never smaller than the usual one: its own kernel keeps its processes within a lower limit, which can then
 * be raised while it runs, and one template serves nearly all. It is not larger than the wish either, because the
 * kernel inside spends a share of its memory, and time at every start, on its own books.
 */
export function shapeOf(plan: Pick<LaunchPlan, 'limits' | 'lowerFiles' | 'netns'>, host: HostSize): MachineShape {
  const { memoryBytes, cpus } = plan.limits
  const usual = host.memoryBytes >= roomyHost ? usualMebibytes * 2 : usualMebibytes
  return {
    memoryMebibytes: Math.max(usual, Math.ceil((memoryBytes ?? 0) / mebibyte)),
    cpus: Math.min(mostCpus, host.cpus, cpus === null ? usualCpus : Math.max(1, Math.ceil(cpus))),
    disks: plan.lowerFiles.length + 1,
    network: plan.netns !== null,
  }
}

/** The one that most sandboxes have: no limits, one image, a network. */
export function usualShape(host: HostSize): MachineShape {
  const limits = { memoryBytes: null, cpus: null, pids: null }
  return shapeOf({ limits, lowerFiles: [''], netns: '' }, host)
}

/** Names a shape in a file name. */
export function shapeKey({ memoryMebibytes, cpus, disks, network }: MachineShape): string {
  return `${memoryMebibytes}m-${cpus}c-${disks}d-${network ? 'net' : 'nonet'}`
}

export function guestBytes(shape: Pick<MachineShape, 'memoryMebibytes'>): number {
  return shape.memoryMebibytes * mebibyte
}

/**
 * What QEMU takes beyond the guest's memory: measured 45 to 60 MiB emulated (32 of it for translated code) and 25 MiB
 * with KVM, with one thread for each processor; doubled, because a machine that the host kills is worse than a limit
 * that is a little late.
 */
export function overheadBytes(shape: Pick<MachineShape, 'cpus'>, isEmulated: boolean): number {
  return ((isEmulated ? 112 : 48) + 8 * shape.cpus) * mebibyte
}

/** What the host allows the machine, beside what the guest allows its processes. Threads of QEMU come on top of those. */
export function hostLimits(
  shape: Pick<MachineShape, 'memoryMebibytes' | 'cpus'>,
  { cpus, pids }: RunLimits,
  acceleration: 'kvm' | 'tcg',
): RunLimits {
  const memoryBytes = guestBytes(shape) + overheadBytes(shape, acceleration === 'tcg')
  return { memoryBytes, cpus, pids: pids === null ? allThreads : pids + machineThreads }
}
