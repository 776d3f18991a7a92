import { readdir, readFile, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { cgroupRoot } from './cgroup-hierarchy.ts'

/** How many processes of a cgroup the kernel has killed for want of memory; 0 where that cannot be read. */
export async function countOomKills(cgroup: string): Promise<number> {
  const v1 = readCount(join(cgroupRoot, 'memory', cgroup, 'memory.oom_control'))
  const v2 = readCount(join(cgroupRoot, cgroup, 'memory.events'))
  return Math.max(await v1, await v2)
}

/** Bytes that a cgroup uses; null where that cannot be read. */
export async function readMemoryUse(cgroup: string): Promise<number | null> {
  const files = [join('memory', cgroup, 'memory.usage_in_bytes'), join(cgroup, 'memory.current')]
  const texts = await Promise.all(files.map((file) => readFile(join(cgroupRoot, file), 'utf8').catch(() => null)))
  const text = texts.find((each) => each !== null)
  return text === undefined || text === null ? null : Number(text)
}

/** How often the kernel has refused a cgroup another process for its limit; 0 where that cannot be read. */
export async function countRefusedProcesses(cgroup: string): Promise<number> {
  const v1 = readCount(join(cgroupRoot, 'pids', cgroup, 'pids.events'), 'max')
  const v2 = readCount(join(cgroupRoot, cgroup, 'pids.events'), 'max')
  return Math.max(await v1, await v2)
}

/** The processes of a cgroup, of either hierarchy; none where it is gone. */
export async function listProcesses(cgroup: string): Promise<readonly number[]> {
  const folders = [join(cgroupRoot, 'pids', cgroup), join(cgroupRoot, cgroup)]
  return [...new Set((await Promise.all(folders.map(readProcesses))).flat())]
}

/** The processes of a cgroup by its folder; none where it is gone. */
export async function readProcesses(folder: string): Promise<number[]> {
  const text = await readFile(join(folder, 'cgroup.procs'), 'utf8').catch(() => '')
  // One outside of the agent's own namespace of processes reads as 0, which to a signal means the agent's own group.
  return text
    .split('\n')
    .map(Number)
    .filter((pid) => pid > 0)
}

const killPollMs = 5
const killPatienceMs = 5_000

/** Kills every process of a cgroup. Resolves when none is left, or they take too long to die. */
export async function killCgroup(cgroup: string): Promise<void> {
  for (let waited = 0; waited < killPatienceMs; waited += killPollMs) {
    if (!(await killProcesses(cgroup))) return
    await sleep(killPollMs)
  }
}

/** Kills all that are in a cgroup now, and not what they start meanwhile. False where none is. */
export async function killProcesses(cgroup: string): Promise<boolean> {
  const pids = await listProcesses(cgroup)
  for (const pid of pids) killNow(pid)
  return pids.length > 0
}

/** Kills a process; one that is gone already is no error. */
export function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

async function readCount(file: string, field = 'oom_kill'): Promise<number> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return Number(new RegExp(`^${field} (\\d+)$`, 'm').exec(text)?.[1] ?? 0)
}

/** Moves all processes of one cgroup into another, in every hierarchy. What they already use stays counted where it was. */
export async function moveProcesses(from: string, to: string): Promise<void> {
  for (const root of await listRoots()) {
    const text = await readFile(join(root, from, 'cgroup.procs'), 'utf8').catch(() => '')
    for (const pid of text.split('\n').filter(Boolean)) {
      await writeFile(join(root, to, 'cgroup.procs'), pid).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ESRCH') throw error
      })
    }
  }
}

/** Removes one empty cgroup from every hierarchy. One in use stays. */
export async function removeCgroup(cgroup: string): Promise<void> {
  for (const root of await listRoots()) await rmdir(join(root, cgroup)).catch(() => undefined)
}

async function listRoots(): Promise<string[]> {
  const hierarchies = await readdir(cgroupRoot, { withFileTypes: true })
  return [cgroupRoot, ...hierarchies.filter((entry) => entry.isDirectory()).map(({ name }) => join(cgroupRoot, name))]
}

/** Removes the empty cgroups below a parent, and the parent, from every hierarchy. Ones in use stay. */
export async function removeCgroups(parent: string): Promise<void> {
  for (const root of await listRoots()) {
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
