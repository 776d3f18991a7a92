import { readFile } from 'node:fs/promises'
import { availableParallelism, release } from 'node:os'
import { findResource } from '../../base/process/resources.ts'
import { buildSeccomp } from '../../base/seccomp/profile.ts'
import type { HostTraits, Rlimit } from '../oci/runtime-config.ts'

/** Reads what the runtime configuration depends on. `tag` keeps cgroups of different state folders apart. */
export async function readHostTraits(tag: string, outside: string | null): Promise<HostTraits> {
  const [major = 0, minor = 0] = release().split('.').map(Number)
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64'
  return {
    seccomp: remember((capabilities, setsIds) =>
      buildSeccomp({ architecture, capabilities, setsIds, kernel: [major, minor] }),
    ),
    maxOpenFiles: await readMaxOpenFiles(),
    sharedLimits: readSharedLimits(await readFile('/proc/self/limits', 'utf8')),
    cpus: availableParallelism(),
    limitsSwap: await readLimitsSwap(),
    cgroupParent: `/joey/${tag}`,
    inside: findResource(`inside/${process.arch}/joey-inside`),
    outside,
    statFlags: findStatFlags(),
  }
}

function findStatFlags(): HostTraits['statFlags'] {
  const library = findResource(`gvisor/${process.arch}/joey-stat-flags.so`)
  const preload = findResource('gvisor/ld.so.preload')
  return library === null || preload === null ? null : { library, preload }
}

/** Building a filter takes longer than starting a process; nearly all sandboxes have the same one. */
function remember(build: HostTraits['seccomp']): HostTraits['seccomp'] {
  const built = new Map<string, ReturnType<HostTraits['seccomp']>>()
  return (capabilities, setsIds) => {
    const key = [...capabilities, String(setsIds)].sort().join()
    const known = built.get(key) ?? build(capabilities, setsIds)
    built.set(key, known)
    return known
  }
}

async function readMaxOpenFiles(): Promise<number> {
  const limits = await readFile('/proc/self/limits', 'utf8')
  const hard = /^Max open files\s+\S+\s+(\d+)/m.exec(limits)?.[1]
  return Math.min(Number(hard ?? 1024), 1_048_576)
}

const shared = { RLIMIT_SIGPENDING: 'Max pending signals', RLIMIT_MSGQUEUE: 'Max msgqueue size' }

/** Half of the agent's own, of `/proc/PID/limits`; none of what it has without end. */
export function readSharedLimits(limits: string): readonly Rlimit[] {
  return Object.entries(shared).flatMap(([type, name]) => {
    const own = new RegExp(`^${name}\\s+\\S+\\s+(\\d+)`, 'm').exec(limits)?.[1]
    const half = Math.floor(Number(own ?? 0) / 2)
    return half > 0 ? [{ type, soft: half, hard: half }] : []
  })
}

/** Without swap there is nothing to limit, and kernels without swap accounting refuse the limit. */
async function readLimitsSwap(): Promise<boolean> {
  const swaps = await readFile('/proc/swaps', 'utf8').catch(() => '')
  if (swaps.trim().split('\n').length < 2) return false
  const v1 = await readFile('/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes', 'utf8').catch(() => null)
  const v2 = await readFile('/sys/fs/cgroup/cgroup.controllers', 'utf8').catch(() => null)
  return v1 !== null || (v2?.includes('memory') ?? false)
}
