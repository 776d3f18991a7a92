import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseDevices } from './limits.ts'
import { everyDevice, type ObservedDevice } from './observed.ts'

/** Of each kind one that nobody has: who may use it may use every one. */
const strangers = ['c 511:1048575', 'b 511:1048575'] as const
const mostDevices = 1024

/** Has a cgroup of version 2 tell which of these devices it may use; null where that cannot be found out. */
export type ListDevices = (cgroup: string, devices: readonly string[]) => Promise<string | null>

/**
 * What cgroups of version 2 may use, asked for in the background, because programs decide it: null until the answer is there. It is asked
 * for once for each process, whose cgroup gets its programs before it.
 */
export interface DevicePrograms {
  read(cgroup: string, pid: number): readonly ObservedDevice[] | null
  /** Those of others are forgotten. */
  keep(pids: ReadonlySet<number>): void
}

export function createDevicePrograms(list: ListDevices, dev = '/dev'): DevicePrograms {
  const answers = new Map<number, readonly ObservedDevice[] | null>()
  const ask = async (cgroup: string): Promise<readonly ObservedDevice[] | null> => {
    const nodes = readNodes(dev)
    const text = await list(cgroup, [...new Set([...nodes.keys(), ...strangers])])
    return text === null ? null : interpret(text, nodes)
  }
  return {
    read(cgroup, pid) {
      const known = answers.get(pid)
      if (known !== undefined) return known
      answers.set(pid, null)
      ask(cgroup).then(
        (devices) => answers.set(pid, devices),
        // It has ended meanwhile.
        () => undefined,
      )
      return null
    },
    keep(pids) {
      for (const pid of answers.keys()) if (!pids.has(pid)) answers.delete(pid)
    },
  }
}

/** What is beyond the everyday, by the names that this machine has for it. */
function interpret(text: string, nodes: ReadonlyMap<string, string>): ObservedDevice[] {
  const opened = text
    .split('\n')
    .map((line) => line.split(' '))
    .flatMap(([type = '', number = '', access = '']) => {
      // Making a node is harmless where opening it is not allowed.
      return /[rw]/.test(access) ? [`${type} ${number} ${access}`] : []
    })
  if (opened.some((line) => strangers.some((stranger) => line.startsWith(`${stranger} `)))) {
    return [{ name: everyDevice, access: 'rwm' }]
  }
  return parseDevices(opened.join('\n')).flatMap(({ name, access }) => {
    // Pseudo terminals are the sandbox's own.
    return name.startsWith('c 136:') ? [] : [{ name: nodes.get(name) ?? name, access }]
  })
}

/** The names of device nodes, by their numbers. */
function readNodes(dev: string): ReadonlyMap<string, string> {
  const nodes = new Map<string, string>()
  for (const name of names(dev).slice(0, mostDevices)) {
    const stats = statSync(join(dev, name), { throwIfNoEntry: false })
    if (!stats?.isCharacterDevice() && !stats?.isBlockDevice()) continue
    // As glibc splits the number of a device.
    const [major, minor] = [(stats.rdev >> 8) & 0xfff, (stats.rdev & 0xff) | ((stats.rdev >> 12) & 0xfff00)]
    const number = `${stats.isBlockDevice() ? 'b' : 'c'} ${major}:${minor}`
    if (!nodes.has(number)) nodes.set(number, join(dev, name))
  }
  return nodes
}

function names(dev: string): string[] {
  try {
    return readdirSync(dev, { recursive: true, encoding: 'utf8' }).sort()
  } catch {
    return []
  }
}
