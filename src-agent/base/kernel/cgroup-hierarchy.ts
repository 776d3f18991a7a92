import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readKernelText } from './kernel-text.ts'

export const cgroupRoot = '/sys/fs/cgroup'

/** Where the files of cgroups are, in either of the kernel's two forms. */
export interface CgroupHierarchy {
  readonly version: 'v1' | 'v2'
  /** Of one controller; v2 has one folder for all of them. */
  folderOf(controller: string, cgroup: string): string
  /** A file of one controller; null where it is not there (any more). */
  read(controller: string, cgroup: string, file: string): string | null
}

/**
 * Which form it is, is decided by the file that only the root of a pure v2 has: a hybrid host has it in a folder below, and
 * there the controllers are v1's.
 */
export function openCgroups(root: string = cgroupRoot): CgroupHierarchy {
  return cgroupsOf(root, existsSync(join(root, 'cgroup.controllers')) ? 'v2' : 'v1')
}

export function cgroupsOf(root: string, version: 'v1' | 'v2'): CgroupHierarchy {
  const folderOf = (controller: string, cgroup: string): string =>
    version === 'v2' ? join(root, cgroup) : join(root, controller, cgroup)
  return {
    version,
    folderOf,
    read: (controller, cgroup, file) => readKernelText(`${folderOf(controller, cgroup)}/${file}`),
  }
}

const controllersV2 = ['cpu', 'cpuset', 'memory', 'pids', 'io']

/** Of a pure v2, for what is below the folders on the way to a cgroup; from the root down, without what this host does not have or does not let go of. */
export async function enableControllers(root: string, path: string): Promise<void> {
  const steps = path.split('/').filter(Boolean)
  for (let depth = 0; depth < steps.length; depth += 1) {
    const folder = join(root, ...steps.slice(0, depth))
    await mkdir(folder, { recursive: true })
    for (const name of controllersV2) {
      await writeFile(join(folder, 'cgroup.subtree_control'), `+${name}`).catch(() => undefined)
    }
  }
}
