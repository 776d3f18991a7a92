import { readdir, readFile, rmdir } from 'node:fs/promises'
import { join } from 'node:path'

const cgroupRoot = '/sys/fs/cgroup'

/** How many processes of a cgroup the kernel has killed for want of memory; 0 where that cannot be read. */
export async function countOomKills(cgroup: string): Promise<number> {
  const v1 = readCount(join(cgroupRoot, 'memory', cgroup, 'memory.oom_control'))
  const v2 = readCount(join(cgroupRoot, cgroup, 'memory.events'))
  return Math.max(await v1, await v2)
}

async function readCount(file: string): Promise<number> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0)
}

/** Removes the empty cgroups below a parent, and the parent, from every hierarchy. Ones in use stay. */
export async function removeCgroups(parent: string): Promise<void> {
  const hierarchies = await readdir(cgroupRoot, { withFileTypes: true })
  const roots = [
    cgroupRoot,
    ...hierarchies.filter((entry) => entry.isDirectory()).map(({ name }) => join(cgroupRoot, name)),
  ]
  for (const root of roots) {
    const top = join(root, parent)
    const children = await readdir(top, { withFileTypes: true }).catch(() => null)
    if (children === null) continue
    for (const child of children.filter((entry) => entry.isDirectory()))
      await rmdir(join(top, child.name)).catch(() => undefined)
    await rmdir(top).catch(() => undefined)
    // The common parent of all state folders goes with the last of them.
    await rmdir(join(root, parent.split('/')[1] ?? '')).catch(() => undefined)
  }
}
