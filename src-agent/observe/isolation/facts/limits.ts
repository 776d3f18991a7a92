import { cgroupsOf } from '../../../base/kernel/cgroup-hierarchy.ts'
import { everyDevice, type ObservedDevice, type ObservedLimits } from './observed.ts'

/** The largest page-aligned number is v1's way to say that there is no limit. */
const unlimitedBytes = 2 ** 60

/** Reads limits as the kernel has them; a missing file is no limit, because then nothing limits. */
export function readLimits(cgroups: string, version: 'v1' | 'v2', cgroup: string): ObservedLimits {
  return version === 'v2' ? readV2(cgroups, cgroup) : readV1(cgroups, cgroup)
}

function readV2(cgroups: string, cgroup: string): ObservedLimits {
  const { folderOf, read } = cgroupsOf(cgroups, 'v2')
  const folder = folderOf('', cgroup)
  const [quota, period] = (read('cpu', cgroup, 'cpu.max') ?? '').trim().split(' ')
  return {
    memoryBytes: toLimit(read('memory', cgroup, 'memory.max')),
    cpus: toCpus(quota, period),
    pids: toLimit(read('pids', cgroup, 'pids.max')),
    source: `${folder}/memory.max, cpu.max, pids.max`,
  }
}

function readV1(cgroups: string, cgroup: string): ObservedLimits {
  const hierarchy = cgroupsOf(cgroups, 'v1')
  const read = (controller: string, file: string) => hierarchy.read(controller, cgroup, file)
  const quota = Number(read('cpu', 'cpu.cfs_quota_us') ?? -1)
  return {
    memoryBytes: toLimit(read('memory', 'memory.limit_in_bytes')),
    cpus: quota > 0 ? toCpus(String(quota), read('cpu', 'cpu.cfs_period_us')?.trim()) : null,
    pids: toLimit(read('pids', 'pids.max')),
    source: `${cgroups}/{memory,cpu,pids}${cgroup}`,
  }
}

function toLimit(text: string | null): number | null {
  const value = text === null || !/^\d+\n?$/.test(text) ? Number.POSITIVE_INFINITY : Number(text)
  return value >= unlimitedBytes ? null : value
}

function toCpus(quota: string | undefined, period: string | undefined): number | null {
  const [share, of] = [Number(quota), Number(period)]
  return quota === '' || !(share > 0) || !(of > 0) ? null : share / of
}

/** What every container has, by number: null, zero, full, random, urandom, tty, console, terminals, ptmx, and none made. */
const everyday = new Set(
  ['*:*', '1:3', '1:5', '1:7', '1:8', '1:9', '5:0', '5:1', '5:2', '136:*']
    .map((number) => `c ${number}`)
    .concat('b *:*'),
)
const known: Readonly<Record<string, string>> = {
  'c 1:1': '/dev/mem',
  'c 1:2': '/dev/kmem',
  'c 1:4': '/dev/port',
  'c 1:11': '/dev/kmsg',
  'c 10:200': '/dev/net/tun',
  'c 10:229': '/dev/fuse',
  'c 10:232': '/dev/kvm',
  'c 10:237': '/dev/loop-control',
  'c 10:238': '/dev/vhost-net',
  'c 10:241': '/dev/vhost-vsock',
}

/**
 * Devices that the cgroup lets it use, beyond the everyday ones. Null where the kernel does not report them: v2 has a program
 * in place of a list.
 */
export function readDevices(cgroups: string, cgroup: string): ObservedDevice[] | null {
  const text = cgroupsOf(cgroups, 'v1').read('devices', cgroup, 'devices.list')
  return text === null ? null : parseDevices(text)
}

export function parseDevices(text: string): ObservedDevice[] {
  return text.split('\n').flatMap((line) => {
    const [, type, number, access = ''] = /^([abc]) (\S+) ([rwm]+)$/.exec(line) ?? []
    if (type === undefined || number === undefined) return []
    if (type === 'a') return [{ name: everyDevice, access }]
    const id = `${type} ${number}`
    // Making a node is harmless where opening it is not allowed.
    if (everyday.has(id) && (access === 'm' || !number.includes('*:'))) return []
    return [{ name: known[id] ?? id, access }]
  })
}
