import { readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Grant, IsolationClass, Limits } from '#contract/sandbox'
import type { ProbeResult } from '#contract/selftest'
import { tellGranted } from './grants.ts'
import { unusualCapabilities } from './evaluate.ts'
import { type HostCheckId, hostChecks } from './probes.ts'

/** Where to look: `/proc` and `/sys/fs/cgroup`, or a test's own. */
export interface Sights {
  readonly proc: string
  readonly cgroups: string
}

export interface HostSubject {
  readonly class: IsolationClass
  /** The main process on this machine; for other classes than containers that of the engine. */
  readonly pid: number
  readonly cgroup: string
  readonly limits: Limits
  readonly grants: readonly Grant[]
}

type Verdict = Pick<ProbeResult, 'outcome' | 'detail'>

export const realSights: Sights = { proc: '/proc', cgroups: '/sys/fs/cgroup' }

/** Looks from this machine at what the guest cannot fake. */
export async function checkFromHost(subject: HostSubject, sights: Sights): Promise<ProbeResult[]> {
  const status = await readFile(join(sights.proc, String(subject.pid), 'status'), 'utf8').catch(() => '')
  return [
    result('privileges.main-filter', ofContainer(subject, judgeFilter(status, subject.grants))),
    result('privileges.main-capabilities', ofContainer(subject, judgeCapabilities(status, subject.grants))),
    result('privileges.main-no-new-privileges', ofContainer(subject, judgeNoNewPrivileges(status))),
    result('neighbours.namespaces', await judgeNamespaces(subject, sights)),
    result('limits.memory-in-force', await judgeMemory(subject, sights)),
    result('limits.processes-in-force', await judgeProcesses(subject, sights)),
  ]
}

export function result(id: HostCheckId, verdict: Verdict): ProbeResult {
  return { id, ...hostChecks[id], ...verdict }
}

/** For other classes the process is the engine's own, whose rights are another matter. */
function ofContainer(subject: HostSubject, verdict: Verdict): Verdict {
  if (subject.class === 'container') return verdict
  return { outcome: 'notApplicable', detail: 'Its main process is not a process of this machine.' }
}

function field(status: string, name: string): string | null {
  return new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(status)?.[1] ?? null
}

const unreadable: Verdict = { outcome: 'notApplicable', detail: 'The main process could not be looked at.' }

function judgeFilter(status: string, grants: readonly Grant[]): Verdict {
  const mode = field(status, 'Seccomp')
  if (mode === null) return unreadable
  if (mode === '2') return { outcome: 'pass', detail: 'A filter of system calls is in force.' }
  const granted = tellGranted(['no-seccomp'], grants)
  return { outcome: 'fail', detail: `Nothing filters the system calls of its main process.${granted}` }
}

function judgeCapabilities(status: string, grants: readonly Grant[]): Verdict {
  const mask = field(status, 'CapBnd')
  if (mask === null || !/^[0-9a-f]{1,16}$/.test(mask)) return unreadable
  const more = unusualCapabilities(BigInt(`0x${mask}`))
  if (more.length === 0) return { outcome: 'pass', detail: 'It may hold the usual capabilities and no other.' }
  return { outcome: 'fail', detail: `Its main process may hold ${more.join(', ')}.${tellGranted(['cap'], grants)}` }
}

function judgeNoNewPrivileges(status: string): Verdict {
  const set = field(status, 'NoNewPrivs')
  if (set === null) return unreadable
  if (set === '1') return { outcome: 'pass', detail: 'no_new_privs is set.' }
  return { outcome: 'fail', detail: 'no_new_privs is not set for its main process.' }
}

const divided = ['mnt', 'pid', 'ipc', 'uts', 'net', 'cgroup'] as const

async function judgeNamespaces(subject: HostSubject, { proc }: Sights): Promise<Verdict> {
  // An engine may share those that no guest process of it ever sees.
  const kinds = subject.class === 'container' ? divided : (['mnt', 'net'] as const)
  const shared: string[] = []
  for (const kind of kinds) {
    const own = await readlink(join(proc, String(subject.pid), 'ns', kind)).catch(() => null)
    const host = await readlink(join(proc, 'self', 'ns', kind)).catch(() => null)
    if (own === null || host === null) return unreadable
    if (own === host) shared.push(kind)
  }
  if (shared.length === 0) return { outcome: 'pass', detail: `It shares none of: ${kinds.join(', ')}.` }
  const granted = shared.includes('net') ? tellGranted(['host-network'], subject.grants) : ''
  return { outcome: 'fail', detail: `It shares namespaces with this machine: ${shared.join(', ')}.${granted}` }
}

async function judgeMemory({ limits, cgroup }: HostSubject, { cgroups }: Sights): Promise<Verdict> {
  if (limits.memoryBytes === null) return { outcome: 'notApplicable', detail: 'No limit of memory is set.' }
  const files = [join(cgroups, 'memory', cgroup, 'memory.limit_in_bytes'), join(cgroups, cgroup, 'memory.max')]
  const held = await readLimit(files)
  if (held === null) return { outcome: 'notApplicable', detail: 'The limit in force could not be read.' }
  // A virtual machine's own needs come on top of what its guest was given.
  if (held < Number.POSITIVE_INFINITY) {
    return { outcome: 'pass', detail: `The kernel of this machine holds it to ${Math.round(held / 2 ** 20)} MiB.` }
  }
  return { outcome: 'fail', detail: 'A limit of memory was set, but the kernel of this machine holds it to none.' }
}

async function judgeProcesses({ limits, cgroup }: HostSubject, { cgroups }: Sights): Promise<Verdict> {
  if (limits.pids === null) return { outcome: 'notApplicable', detail: 'No limit of processes is set.' }
  const held = await readLimit([join(cgroups, 'pids', cgroup, 'pids.max'), join(cgroups, cgroup, 'pids.max')])
  if (held === null) return { outcome: 'notApplicable', detail: 'The limit in force could not be read.' }
  if (held < Number.POSITIVE_INFINITY) {
    return { outcome: 'pass', detail: `The kernel of this machine holds it to ${held} processes.` }
  }
  return { outcome: 'fail', detail: 'A limit of processes was set, but the kernel of this machine holds it to none.' }
}

/** The first of the files that is there; "max", and the figure that version 1 has for it, is without end. */
async function readLimit(files: readonly string[]): Promise<number | null> {
  for (const file of files) {
    const text = (await readFile(file, 'utf8').catch(() => '')).trim()
    if (text === 'max') return Number.POSITIVE_INFINITY
    if (/^\d+$/.test(text)) return Number(text) >= 2 ** 62 ? Number.POSITIVE_INFINITY : Number(text)
  }
  return null
}
