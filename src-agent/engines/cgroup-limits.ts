import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunLimits } from '#contract/sandbox'
import { cgroupRoot, openCgroups } from '../base/kernel/cgroup-hierarchy.ts'

const periodUs = 100_000

/**
 * Applies limits to the cgroup of something that runs, for engines that cannot do it themselves. Null takes a limit
 * away. Rejects with the kernel's error, such as EBUSY for less memory than is in use.
 */
export async function writeCgroupLimits(
  cgroup: string,
  limits: RunLimits,
  { limitsSwap = false, root = cgroupRoot }: { readonly limitsSwap?: boolean; readonly root?: string } = {},
): Promise<void> {
  const cgroups = openCgroups(root)
  const isV2 = cgroups.version === 'v2'
  const files = isV2 ? filesOfV2(limits, limitsSwap) : filesOfV1(limits)
  const folderOf = (controller: string) => cgroups.folderOf(controller, cgroup)
  if (!isV2) await writeV1Memory(folderOf('memory'), limits.memoryBytes ?? -1, limitsSwap)
  for (const { controller, name, value } of files) await writeFile(join(folderOf(controller), name), value)
}

interface LimitFile {
  readonly controller: 'memory' | 'cpu' | 'pids'
  readonly name: string
  readonly value: string
}

function filesOfV2({ memoryBytes, cpus, pids }: RunLimits, limitsSwap: boolean): LimitFile[] {
  const quota = cpus === null ? 'max' : quotaUs(cpus)
  return [
    { controller: 'memory', name: 'memory.max', value: String(memoryBytes ?? 'max') },
    // Memory and swap together have the same limit as memory alone, so none is swapped.
    ...(limitsSwap
      ? [{ controller: 'memory' as const, name: 'memory.swap.max', value: memoryBytes === null ? 'max' : '0' }]
      : []),
    { controller: 'cpu', name: 'cpu.max', value: `${quota} ${periodUs}` },
    { controller: 'pids', name: 'pids.max', value: String(pids ?? 'max') },
  ]
}

function filesOfV1({ cpus, pids }: RunLimits): LimitFile[] {
  return [
    { controller: 'cpu', name: 'cpu.cfs_period_us', value: String(periodUs) },
    { controller: 'cpu', name: 'cpu.cfs_quota_us', value: String(cpus === null ? -1 : quotaUs(cpus)) },
    { controller: 'pids', name: 'pids.max', value: String(pids ?? 'max') },
  ]
}

/** The kernel refuses less memory and swap than memory, so which of the two is first depends on the direction. */
async function writeV1Memory(folder: string, bytes: number, limitsSwap: boolean): Promise<void> {
  const [memory, both] = [join(folder, 'memory.limit_in_bytes'), join(folder, 'memory.memsw.limit_in_bytes')]
  if (!limitsSwap) return writeFile(memory, String(bytes))
  try {
    await writeFile(memory, String(bytes))
    await writeFile(both, String(bytes))
  } catch {
    await writeFile(both, String(bytes))
    await writeFile(memory, String(bytes))
  }
}

function quotaUs(cpus: number): number {
  return Math.max(1000, Math.round(cpus * periodUs))
}
