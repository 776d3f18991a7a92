import { cgroupRoot, openCgroups } from '../../base/kernel/cgroup-hierarchy.ts'
import { readKernelText } from '../../base/kernel/kernel-text.ts'

export interface Counted {
  readonly id: string
  readonly cgroup: string
}

/** Where the kernel's files are; the real places otherwise. */
interface Places {
  readonly cgroups?: string
  readonly processes?: string
}

/** Of more, the rest is not looked at: what they write is seen in the files that they have changed. */
const mostProcesses = 1024

/** See {@link createWrittenBytes}. */
export interface WrittenBytes {
  /** Of each sandbox named: since the first reading, or since it came up. Forgets all others. */
  read(sandboxes: readonly Counted[]): ReadonlyMap<string, number>
  /** The next reading is the first. */
  forget(): void
}

/**
 * Counts what sandboxes write to disks. The kernel counts it as soon as it is promised to the disk,
 * for each process, and for those that one has waited for with that one; what runs a guest (the sentry, the gofer, QEMU) stands in
 * the same cgroup as a guest's own processes. Of processes that ended unseen nothing is known, so the sum of those there are may
 * fall: what counts is how it rises.
 */
export function createWrittenBytes({ cgroups = cgroupRoot, processes = '/proc' }: Places = {}): WrittenBytes {
  const hierarchy = openCgroups(cgroups)
  let known: Map<string, { readonly sum: number; readonly total: number }> | null = null
  const sumOf = (cgroup: string): number => {
    const pids = (hierarchy.read('pids', cgroup, 'cgroup.procs') ?? '').split('\n').filter((pid) => Number(pid) > 0)
    return pids.slice(0, mostProcesses).reduce((sum, pid) => sum + writtenBy(`${processes}/${pid}/io`), 0)
  }
  return {
    read(sandboxes) {
      const next = new Map<string, { readonly sum: number; readonly total: number }>()
      for (const { id, cgroup } of sandboxes) {
        const sum = sumOf(cgroup)
        const before = known?.get(id) ?? { sum: known === null ? sum : 0, total: 0 }
        next.set(id, { sum, total: before.total + Math.max(0, sum - before.sum) })
      }
      known = next
      return new Map([...next].map(([id, { total }]) => [id, total]))
    },
    forget() {
      known = null
    },
  }
}

function writtenBy(file: string): number {
  return Number(/^write_bytes: (\d+)$/m.exec(readKernelText(file) ?? '')?.[1] ?? 0)
}
