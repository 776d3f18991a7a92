import { statSync } from 'node:fs'
import { appError } from '#contract/app-error'
import { readDeviceRate, resourceOptions } from '#contract/resource-options'
import type { SandboxId, SandboxSpec } from '#contract/sandbox'
import { listProcesses } from '../base/kernel/cgroup-files.ts'
import { splitDeviceNumber } from '../base/kernel/device-number.ts'
import { sacrifice } from '../base/process/oom-score.ts'
import {
  type CgroupResources,
  type DeviceRate,
  requireResources,
  writeCgroupResources,
} from '../engines/cgroup-resources.ts'
import type { Driver } from '../engines/driver.ts'

/** Refuses what this machine cannot give, before anything is made. */
export function checkResources(spec: SandboxSpec): void {
  const { memorySwapBytes: both, limits } = spec
  const { memoryBytes: memory } = limits
  if (both !== null && (memory === null || (both !== -1 && both < memory))) throw appError('swap-needs-memory')
  requireResources(resourcesOf(spec))
}

/** Gives a sandbox that is made what its specification asks for. Safe to repeat, as after a change of its limits. */
export async function applyResources(driver: Pick<Driver, 'cgroup'>, id: SandboxId, spec: SandboxSpec): Promise<void> {
  if (!asksForAny(spec)) return
  const cgroup = driver.cgroup(id)
  const processes = await listProcesses(cgroup)
  // A saved machine has no cgroup before it goes on.
  if (processes.length === 0) return
  await writeCgroupResources(cgroup, resourcesOf(spec))
  const { oomScoreAdj: score } = spec
  if (score !== null) for (const pid of processes) sacrifice(pid, '/proc', score)
}

function asksForAny(spec: SandboxSpec): boolean {
  return Object.entries(resourceOptions).some(([key, schema]) => {
    const usual: unknown = schema.parse(undefined)
    return JSON.stringify(spec[key as keyof SandboxSpec]) !== JSON.stringify(usual)
  })
}

/** What of a specification is the business of cgroups. */
function resourcesOf(spec: SandboxSpec): CgroupResources {
  return {
    cpus: spec.cpusetCpus,
    cpuShares: spec.cpuShares,
    reservationBytes: spec.memoryReservationBytes,
    swapBytes: swapOf(spec),
    ioWeight: spec.blkioWeight,
    reads: spec.deviceReadBps.map(toRate),
    writes: spec.deviceWriteBps.map(toRate),
  }
}

function swapOf({ memorySwapBytes: both, limits: { memoryBytes } }: SandboxSpec): number | null {
  // Both may have changed since: without a limit of memory swap adds to nothing, and one above it leaves no swap.
  if (both === null || memoryBytes === null) return null
  return both === -1 ? -1 : Math.max(0, both - memoryBytes)
}

function toRate(text: string): DeviceRate {
  const { path, bytes } = readDeviceRate(text)
  const stats = statSync(path, { throwIfNoEntry: false })
  if (!stats?.isBlockDevice()) throw appError('rate-not-of-disk', { path })
  const { major, minor } = splitDeviceNumber(stats.rdev)
  return { device: `${major}:${minor}`, bytes }
}
