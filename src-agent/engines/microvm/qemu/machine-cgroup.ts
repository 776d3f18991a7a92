import { existsSync } from 'node:fs'
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { appError } from '#contract/app-error'
import type { RunLimits } from '#contract/sandbox'
import { killNow, readProcesses } from '../../../base/kernel/cgroup-files.ts'
import {
  type CgroupHierarchy,
  cgroupRoot,
  enableControllers,
  openCgroups,
} from '../../../base/kernel/cgroup-hierarchy.ts'
import { writeCgroupLimits } from '../../cgroup-limits.ts'
import { restrictDevices } from '../../device-rules.ts'

/** The cgroup of one machine: QEMU and the helpers that serve its mounts. OCI runtimes do this for containers. */
export interface MachineCgroup {
  /** Makes it, empty, with its limits. */
  make(limits: RunLimits): Promise<void>
  /** Files to which a process writes 0 to join. */
  joinFiles(): readonly string[]
  /** Rejects with `conflict` where the machine uses more memory than that. */
  limit(limits: RunLimits): Promise<void>
  freeze(): Promise<void>
  thaw(): Promise<void>
  isFrozen(): Promise<boolean>
  processes(): Promise<readonly number[]>
  memoryInUse(): Promise<number | null>
  /** Resolves when no process is left in it. */
  kill(): Promise<void>
  /** Of an empty one; absent is no error. */
  remove(): Promise<void>
}

export interface CgroupDeps {
  /** Where the hierarchies are mounted; the usual place otherwise. */
  readonly root?: string
  /** Whether swap is accounted, and so limited too. */
  readonly limitsSwap: boolean
  /** Nothing in it may use this machine's virtualisation otherwise. */
  readonly usesKvm: boolean
}

const controllersV1 = ['memory', 'cpu', 'cpuacct', 'pids', 'freezer', 'blkio', 'devices', 'systemd', 'unified']
/** Null, zero, full, random, urandom, tty; tun; making nodes in shared folders, where none can be opened. */
const devices = [
  ...['c 1:3 rw', 'c 1:5 rw', 'c 1:7 rw', 'c 1:8 rw', 'c 1:9 rw', 'c 5:0 rw', 'c 10:200 rw'],
  ...['c *:* m', 'b *:* m'],
]
const kvm = 'c 10:232 rw'
const killPatienceMs = 5_000
const pollMs = 5

/** Either hierarchy; the file that only the root of a pure v2 has decides. */
export function createMachineCgroup(path: string, deps: CgroupDeps): MachineCgroup {
  const root = deps.root ?? cgroupRoot
  const cgroups = openCgroups(root)
  const isV2 = cgroups.version === 'v2'
  const places = createPlaces(root, path, cgroups)
  const freezer = createFreezer(places, isV2)
  const limit = (limits: RunLimits) =>
    writeCgroupLimits(path, limits, { limitsSwap: deps.limitsSwap, root }).catch(refuseBusy)
  const processes = () => readProcesses(places.folderOf('pids'))
  return {
    async make(limits) {
      if (isV2) await enableControllers(root, path)
      await Promise.all(places.folders.map((folder) => mkdir(folder, { recursive: true })))
      await limit(limits)
      await restrictDevices(path, deps.usesKvm ? [...devices, kvm] : devices, { root })
    },
    joinFiles: () => places.folders.map((folder) => join(folder, 'cgroup.procs')),
    limit,
    freeze: () => freezer.set(true),
    thaw: () => freezer.set(false),
    isFrozen: freezer.isFrozen,
    processes,
    async memoryInUse() {
      const file = join(places.folderOf('memory'), isV2 ? 'memory.current' : 'memory.usage_in_bytes')
      const text = await readFile(file, 'utf8').catch(() => null)
      return text === null ? null : Number(text)
    },
    async kill() {
      // The older hierarchy delivers no signal to what is frozen.
      await freezer.set(false).catch(() => undefined)
      await killAll(processes)
    },
    async remove() {
      // Made where its processors were chosen: see cgroup-resources.ts.
      const cpuset = isV2 ? [] : [places.folderOf('cpuset')]
      for (const folder of [...places.folders, ...cpuset]) await removeEmptied(folder)
    },
  }
}

interface Places {
  readonly folders: readonly string[]
  folderOf(controller: string): string
}

function createPlaces(root: string, path: string, { version, folderOf }: CgroupHierarchy): Places {
  if (version === 'v2') return { folders: [join(root, path)], folderOf: (controller) => folderOf(controller, path) }
  const present = controllersV1.filter((name) => existsSync(join(root, name)))
  return {
    folders: present.map((name) => folderOf(name, path)),
    folderOf: (controller) => folderOf(controller, path),
  }
}

interface Freezer {
  set(wanted: boolean): Promise<void>
  isFrozen(): Promise<boolean>
}

function createFreezer({ folderOf }: Places, isV2: boolean): Freezer {
  const file = join(folderOf('freezer'), isV2 ? 'cgroup.freeze' : 'freezer.state')
  const [frozen, thawed] = isV2 ? ['1', '0'] : ['FROZEN', 'THAWED']
  return {
    set: (wanted) => writeFile(file, wanted ? frozen : thawed),
    async isFrozen() {
      const state = (await readFile(file, 'utf8').catch(() => thawed)).trim()
      return state !== thawed
    },
  }
}

function refuseBusy(error: NodeJS.ErrnoException): never {
  if (error.code !== 'EBUSY' && error.code !== 'EINVAL') throw error
  throw appError('limit-below-use', {}, { detail: error.message, cause: error })
}

async function killAll(processes: () => Promise<readonly number[]>): Promise<void> {
  const deadline = Date.now() + killPatienceMs
  for (;;) {
    const left = await processes()
    if (left.length === 0) return
    for (const pid of left) killNow(pid)
    if (Date.now() > deadline) {
      throw appError('kill-failed', { pids: left.join(' ') })
    }
    await sleep(pollMs)
  }
}

/** One that was killed is not listed any more, but still counts until it is wholly gone, which takes a large one a while. */
async function removeEmptied(folder: string): Promise<void> {
  for (const deadline = Date.now() + killPatienceMs; ; await sleep(pollMs)) {
    try {
      return await rmdir(folder)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOENT') return
      if (code !== 'EBUSY' || Date.now() > deadline) throw error
      // Or one has joined it after the others were killed.
      await killAll(() => readProcesses(folder))
    }
  }
}
