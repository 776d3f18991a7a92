import { globSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Place } from '#contract/client/place'
import { tagOf } from '#contract/client/place'

/** Processes in the cgroups of each sandbox of an agent, by id, in whichever layout this machine has them. */
export function processesBySandbox({ home }: Place): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, Set<number>>()
  const tag = tagOf(home)
  for (const parent of [`/sys/fs/cgroup/joey/${tag}`, `/sys/fs/cgroup/*/joey/${tag}`]) {
    for (const file of globSync(`${parent}/*/**/cgroup.procs`)) {
      const id = file.split(`/joey/${tag}/`)[1]?.split('/')[0] ?? ''
      const pids = found.get(id) ?? new Set()
      for (const pid of readOrEmpty(file).split('\n').filter(Boolean)) pids.add(Number(pid))
      found.set(id, pids)
    }
  }
  return new Map([...found].map(([id, pids]) => [id, [...pids]]))
}

/** Every process that a process has started, and what these have, as far as they are still its own. */
export function descendantsOf(pid: number): readonly number[] {
  const children = new Map<number, number[]>()
  for (const name of readdirSync('/proc').filter((each) => /^[0-9]+$/.test(each))) {
    // The name of the program, which may hold anything, stands in brackets.
    const parent = Number(readOrEmpty(`/proc/${name}/stat`).split(') ').at(-1)?.split(' ')[1])
    children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  const found: number[] = []
  for (const open = [pid]; open.length > 0; ) {
    const own = children.get(open.pop() ?? 0) ?? []
    found.push(...own)
    open.push(...own)
  }
  return found
}

export function commandOf(pid: number): string {
  return readOrEmpty(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim().slice(0, 120)
}

/** Of conmon; null where there is none. */
export function monitorOf({ run }: Place, id: string): number | null {
  const pid = Number(readOrEmpty(join(run, 's', id, 'monitor.pid')))
  return pid > 0 ? pid : null
}

/** False where there was nothing to kill. */
export function kill(pid: number, signal: NodeJS.Signals = 'SIGKILL'): boolean {
  try {
    process.kill(pid, signal)
    return true
  } catch {
    return false
  }
}

/** What has died and waits for its parent to notice is not. */
export function isAlive(pid: number): boolean {
  const state = readOrEmpty(`/proc/${pid}/stat`).split(') ').at(-1)?.[0] ?? 'X'
  return !['Z', 'X', ''].includes(state)
}

export function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
