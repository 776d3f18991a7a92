import { readFile } from 'node:fs/promises'
import { availableParallelism, release } from 'node:os'
import type { HostTraits } from '../oci/runtime-config.ts'
import { buildSeccomp } from '../oci/seccomp.ts'
import { findResource } from '../../host/resources.ts'

/** Reads what the runtime configuration depends on. `tag` keeps cgroups of different state folders apart. */
export async function readHostTraits(tag: string): Promise<HostTraits> {
  const [major = 0, minor = 0] = release().split('.').map(Number)
  const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64'
  return {
    seccomp: remember((capabilities) => buildSeccomp({ architecture, capabilities, kernel: [major, minor] })),
    maxOpenFiles: await readMaxOpenFiles(),
    cpus: availableParallelism(),
    limitsSwap: await readLimitsSwap(),
    cgroupParent: `/joey/${tag}`,
    probe: findResource(`probe/${process.arch}/joey-probe`),
  }
}

/** Building a filter takes longer than starting a process; nearly all sandboxes have the same one. */
function remember(build: HostTraits['seccomp']): HostTraits['seccomp'] {
  const built = new Map<string, ReturnType<HostTraits['seccomp']>>()
  return (capabilities) => {
    const key = [...capabilities].sort().join()
    const known = built.get(key) ?? build(capabilities)
    built.set(key, known)
    return known
  }
}

async function readMaxOpenFiles(): Promise<number> {
  const limits = await readFile('/proc/self/limits', 'utf8')
  const hard = /^Max open files\s+\S+\s+(\d+)/m.exec(limits)?.[1]
  return Math.min(Number(hard ?? 1024), 1_048_576)
}

/** Without swap there is nothing to limit, and kernels without swap accounting refuse the limit. */
async function readLimitsSwap(): Promise<boolean> {
  const swaps = await readFile('/proc/swaps', 'utf8').catch(() => '')
  if (swaps.trim().split('\n').length < 2) return false
  const v1 = await readFile('/sys/fs/cgroup/memory/memory.memsw.limit_in_bytes', 'utf8').catch(() => null)
  const v2 = await readFile('/sys/fs/cgroup/cgroup.controllers', 'utf8').catch(() => null)
  return v1 !== null || (v2?.includes('memory') ?? false)
}
