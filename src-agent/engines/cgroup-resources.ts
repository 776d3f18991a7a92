import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { appError } from '#contract/app-error'
import { listProcesses } from '../base/kernel/cgroup-files.ts'
import { type CgroupHierarchy, cgroupRoot, openCgroups } from '../base/kernel/cgroup-hierarchy.ts'

/** What a sandbox may use of this machine, beside its limits. Null, or none: nothing is said of it. */
export interface CgroupResources {
  readonly cpus: string | null
  readonly cpuShares: number | null
  readonly reservationBytes: number | null
  /** Swap beside the memory that it may have; -1 for no limit. */
  readonly swapBytes: number | null
  readonly ioWeight: number | null
  readonly reads: readonly DeviceRate[]
  readonly writes: readonly DeviceRate[]
}

export interface DeviceRate {
  /** `major:minor` */
  readonly device: string
  readonly bytes: number
}

/** One file of a cgroup, and the option that wants it written. */
interface ResourceFile {
  readonly option: string
  readonly controller: 'cpuset' | 'cpu' | 'memory' | 'blkio' | 'io'
  /** The first that is there: schedulers of disks have each their own. */
  readonly names: readonly string[]
  readonly value: string
}

/** The files that say it, in either hierarchy. */
export function filesOfResources(wanted: CgroupResources, version: CgroupHierarchy['version']): ResourceFile[] {
  const file = (
    option: string,
    value: number | string | null,
    [controllerV1, ...v1]: readonly [ResourceFile['controller'], ...string[]],
    [controllerV2, ...v2]: readonly [ResourceFile['controller'], ...string[]],
  ): ResourceFile[] => {
    if (value === null) return []
    const [controller, names] = version === 'v1' ? [controllerV1, v1] : [controllerV2, v2]
    return [{ option, controller, names, value: String(value) }]
  }
  const { cpus, cpuShares, reservationBytes, swapBytes, ioWeight, reads, writes } = wanted
  const isV1 = version === 'v1'
  const rate = (key: string, { device, bytes }: DeviceRate) =>
    isV1 ? `${device} ${bytes}` : `${device} ${key}=${bytes}`
  return [
    ...file('--cpuset-cpus', cpus, ['cpuset', 'cpuset.cpus'], ['cpuset', 'cpuset.cpus']),
    ...file('--cpu-shares', isV1 ? cpuShares : toWeight(cpuShares), ['cpu', 'cpu.shares'], ['cpu', 'cpu.weight']),
    ...file(
      '--memory-reservation',
      reservationBytes,
      ['memory', 'memory.soft_limit_in_bytes'],
      ['memory', 'memory.low'],
    ),
    ...file(
      '--memory-swap',
      swapBytes === -1 && !isV1 ? 'max' : swapBytes,
      ['memory', 'memory.memsw.limit_in_bytes'],
      ['memory', 'memory.swap.max'],
    ),
    ...file(
      '--blkio-weight',
      ioWeight,
      ['blkio', 'blkio.weight', 'blkio.bfq.weight'],
      ['io', 'io.weight', 'io.bfq.weight'],
    ),
    ...reads.flatMap((each) =>
      file('--device-read-bps', rate('rbps', each), ['blkio', 'blkio.throttle.read_bps_device'], ['io', 'io.max']),
    ),
    ...writes.flatMap((each) =>
      file('--device-write-bps', rate('wbps', each), ['blkio', 'blkio.throttle.write_bps_device'], ['io', 'io.max']),
    ),
  ]
}

/** As runtimes translate the older scale into the newer. */
function toWeight(shares: number | null): number | null {
  return shares === null ? null : 1 + Math.floor(((shares - 2) * 9999) / 262_142)
}

/** Refuses, before anything is made, what this machine's kernel has no controller for. */
export function requireResources(wanted: CgroupResources, root: string = cgroupRoot): void {
  const cgroups = openCgroups(root)
  for (const { option, controller } of filesOfResources(wanted, cgroups.version)) {
    if (!hasController(root, cgroups, controller)) throw appError('resource-not-here', { option, controller })
  }
  if (wanted.cpus !== null) requireProcessors(wanted.cpus, cgroups)
}

/** Where the kernel does not say which there are, it is asked by trying. */
function requireProcessors(wanted: string, { version, read }: CgroupHierarchy): void {
  const there = read('cpuset', '/', version === 'v1' ? 'cpuset.cpus' : 'cpuset.cpus.effective')?.trim() ?? ''
  if (there === '') return
  const known = new Set(numbersOf(there))
  if (!numbersOf(wanted).every((number) => known.has(number))) throw appError('processors-not-there', { wanted, there })
}

/** Of a list as the kernel writes it: `0-2,5`. */
function numbersOf(list: string): number[] {
  return list.split(',').flatMap((part) => {
    const [first = 0, last = first] = part.split('-').map(Number)
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at)
  })
}

function hasController(root: string, { version, read }: CgroupHierarchy, controller: string): boolean {
  if (version === 'v1') return existsSync(join(root, controller))
  return (read(controller, '/', 'cgroup.controllers') ?? '').split(/\s/).includes(controller)
}

/** Applies them to a cgroup that is there, with what is in it. What the kernel does not take is refused with its words. */
export async function writeCgroupResources(
  cgroup: string,
  wanted: CgroupResources,
  root: string = cgroupRoot,
): Promise<void> {
  const cgroups = openCgroups(root)
  for (const { option, controller, names, value } of filesOfResources(wanted, cgroups.version)) {
    if (controller === 'cpuset') await ensureCpuset(cgroups, root, cgroup)
    const folder = cgroups.folderOf(controller, cgroup)
    const name = names.find((each) => existsSync(join(folder, each)))
    if (name === undefined) throw appError('resource-not-here', { option, controller })
    const written = name === bothInV1 ? await withMemory(folder, value) : value
    await writeFile(join(folder, name), written).catch((error: NodeJS.ErrnoException) => {
      throw appError('resource-refused', { option, value }, { detail: error.message, cause: error })
    })
  }
}

const bothInV1 = 'memory.memsw.limit_in_bytes'

/** The older hierarchy counts memory and swap together. A micro-VM has more memory than its guest: what its machine needs. */
async function withMemory(folder: string, swap: string): Promise<string> {
  if (swap === '-1') return swap
  const memory = await readFile(join(folder, 'memory.limit_in_bytes'), 'utf8')
  return String(BigInt(memory.trim()) + BigInt(swap))
}

/**
 * A cgroup of the older hierarchy's processors has none until it is told, and takes nobody before. Runtimes of containers
 * make one; machines have none otherwise.
 */
async function ensureCpuset({ version, folderOf }: CgroupHierarchy, root: string, cgroup: string): Promise<void> {
  const wanted = folderOf('cpuset', cgroup)
  if (version !== 'v1' || existsSync(wanted)) return
  let above = join(root, 'cpuset')
  for (const step of cgroup.split('/').filter(Boolean)) {
    const folder = join(above, step)
    await mkdir(folder, { recursive: true })
    for (const name of ['cpuset.cpus', 'cpuset.mems']) {
      const own = (await readFile(join(folder, name), 'utf8')).trim()
      if (own === '') await writeFile(join(folder, name), (await readFile(join(above, name), 'utf8')).trim())
    }
    above = folder
  }
  for (const pid of await listProcesses(cgroup)) await writeFile(join(wanted, 'cgroup.procs'), String(pid))
}
