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
  for (const root of await hierarchies()) {
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
  for (const root of await hierarchies()) await rmdir(join(root, cgroup)).catch(() => undefined)
}

/** The folders in which cgroups may lie: the unified tree, and one for each controller of version 1. */
export async function hierarchies(): Promise<string[]> {
  const entries = await readdir(cgroupRoot, { withFileTypes: true })
  return [cgroupRoot, ...entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(cgroupRoot, name))]
}

/** Kills all that is in a cgroup and below it, frozen or not, and removes it from every hierarchy. Throws where one stays. */
export async function endCgroup(cgroup: string): Promise<void> {
  const tops = (await hierarchies()).map((root) => join(root, cgroup))
  for (let waited = 0; waited < killPatienceMs; waited += killPollMs) {
    const left = await Promise.all(tops.map(endFolder))
    if (!left.includes(true)) return
    await sleep(killPollMs)
  }
  throw new Error(`The cgroup ${cgroup} could not be removed.`)
}

/** One round for one hierarchy. True where it is still there afterwards. */
async function endFolder(folder: string): Promise<boolean> {
  const children = await readdir(folder, { withFileTypes: true }).catch(() => null)
  if (children === null) return false
  for (const child of children.filter((entry) => entry.isDirectory())) await endFolder(join(folder, child.name))
  const pids = await readProcesses(folder)
  for (const pid of pids) killNow(pid)
  // What is frozen dies when it is thawed. Only one of the two files is there.
  if (pids.length > 0) {
    await writeFile(join(folder, 'freezer.state'), 'THAWED').catch(() => undefined)
    await writeFile(join(folder, 'cgroup.freeze'), '0').catch(() => undefined)
  }
  return rmdir(folder).then(
    () => false,
    () => true,
  )
}

/** Removes the empty cgroups below a parent, and the parent, from every hierarchy. Ones in use stay. */
export async function removeCgroups(parent: string): Promise<void> {
  for (const root of await hierarchies()) {
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
