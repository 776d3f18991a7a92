import { readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Grant, IsolationClass, RunLimits } from '#contract/sandbox'
import type { ProbeResult } from '#contract/selftest'
import { sentence } from '#contract/sentence'
import { unusualCapabilities } from './evaluate.ts'
import { namesOfGranted } from './grants.ts'
import { type HostCheckId, hostChecks } from './probes.ts'
import { type Verdict, verdict } from './verdict.ts'

/** Where to look: `/proc` and `/sys/fs/cgroup`, or a test's own. */
export interface HostRoots {
  readonly proc: string
  readonly cgroups: string
}

export interface HostSubject {
  readonly class: IsolationClass
  /** The main process on this machine; for other classes than containers that of the engine. */
  readonly pid: number
  readonly cgroup: string
  readonly limits: RunLimits
  readonly grants: readonly Grant[]
}

export const realRoots: HostRoots = { proc: '/proc', cgroups: '/sys/fs/cgroup' }

/** Looks from this machine at what the guest cannot fake. */
export async function checkFromHost(subject: HostSubject, roots: HostRoots): Promise<ProbeResult[]> {
  const status = await readFile(join(roots.proc, String(subject.pid), 'status'), 'utf8').catch(() => '')
  const results = [
    result('privileges.main-filter', ofContainer(subject, checkFilter(status, subject.grants))),
    result('privileges.main-capabilities', ofContainer(subject, checkCapabilities(status, subject.grants))),
    result('privileges.main-no-new-privileges', ofContainer(subject, checkNoNewPrivileges(status, subject.grants))),
    result('neighbours.namespaces', await checkNamespaces(subject, roots)),
    result('limits.memory-in-force', await checkMemory(subject, roots)),
    result('limits.processes-in-force', await checkProcesses(subject, roots)),
  ]
  return results.map((each) => ({ ...each, seenFrom: 'host' }))
}

/** Of what a guest has a part in, unless {@link checkFromHost} says otherwise. */
export function result(id: HostCheckId, found: Verdict): ProbeResult {
  return { id, ...hostChecks[id], ...found, seenFrom: 'inside' }
}

/** For other classes the process is the engine's own, whose rights are another matter. */
function ofContainer(subject: HostSubject, found: Verdict): Verdict {
  if (subject.class === 'container') return found
  return verdict('notApplicable', sentence('self-test-main-process-elsewhere'))
}

function field(status: string, name: string): string | null {
  return new RegExp(`^${name}:\\s*(\\S+)`, 'm').exec(status)?.[1] ?? null
}

const unreadable = verdict('notApplicable', sentence('self-test-main-process-unreadable'))

function checkFilter(status: string, grants: readonly Grant[]): Verdict {
  const mode = field(status, 'Seccomp')
  if (mode === null) return unreadable
  if (mode === '2') return verdict('pass', sentence('self-test-main-filtered'))
  const granted = namesOfGranted(['no-seccomp'], grants)
  return verdict('fail', sentence('self-test-main-unfiltered', { granted }))
}

function checkCapabilities(status: string, grants: readonly Grant[]): Verdict {
  const mask = field(status, 'CapBnd')
  if (mask === null || !/^[0-9a-f]{1,16}$/.test(mask)) return unreadable
  const more = unusualCapabilities(BigInt(`0x${mask}`))
  if (more.length === 0) return verdict('pass', sentence('self-test-usual-capabilities'))
  const values = { names: more.join(', '), granted: namesOfGranted(['cap'], grants) }
  return verdict('fail', sentence('self-test-main-capabilities', values))
}

function checkNoNewPrivileges(status: string, grants: readonly Grant[]): Verdict {
  const set = field(status, 'NoNewPrivs')
  if (set === null) return unreadable
  if (set === '1') return verdict('pass', sentence('self-test-no-new-privileges'))
  const granted = namesOfGranted(['new-privileges'], grants)
  return verdict('fail', sentence('self-test-new-privileges', { granted }))
}

const divided = ['mnt', 'pid', 'ipc', 'uts', 'net', 'cgroup'] as const

async function checkNamespaces(subject: HostSubject, { proc }: HostRoots): Promise<Verdict> {
  // An engine may share those that no guest process of it ever sees.
  const kinds = subject.class === 'container' ? divided : (['mnt', 'net'] as const)
  const shared: string[] = []
  for (const kind of kinds) {
    const own = await readlink(join(proc, String(subject.pid), 'ns', kind)).catch(() => null)
    const host = await readlink(join(proc, 'self', 'ns', kind)).catch(() => null)
    if (own === null || host === null) return unreadable
    if (own === host) shared.push(kind)
  }
  if (shared.length === 0) return verdict('pass', sentence('self-test-namespaces-own', { kinds: kinds.join(', ') }))
  const granted = shared.includes('net') ? namesOfGranted(['host-network'], subject.grants) : ''
  return verdict('fail', sentence('self-test-namespaces-shared', { kinds: shared.join(', '), granted }))
}

async function checkMemory({ limits, cgroup }: HostSubject, { cgroups }: HostRoots): Promise<Verdict> {
  if (limits.memoryBytes === null) return verdict('notApplicable', sentence('self-test-no-memory-limit'))
  const files = [join(cgroups, 'memory', cgroup, 'memory.limit_in_bytes'), join(cgroups, cgroup, 'memory.max')]
  const held = await readLimit(files)
  if (held === null) return verdict('notApplicable', sentence('self-test-limit-unreadable'))
  // A virtual machine's own needs come on top of what its guest was given.
  if (held < Number.POSITIVE_INFINITY) {
    return verdict('pass', sentence('self-test-memory-held', { size: `${Math.round(held / 2 ** 20)} MiB` }))
  }
  return verdict('fail', sentence('self-test-memory-not-held'))
}

async function checkProcesses({ limits, cgroup }: HostSubject, { cgroups }: HostRoots): Promise<Verdict> {
  if (limits.pids === null) return verdict('notApplicable', sentence('self-test-no-process-limit'))
  const held = await readLimit([join(cgroups, 'pids', cgroup, 'pids.max'), join(cgroups, cgroup, 'pids.max')])
  if (held === null) return verdict('notApplicable', sentence('self-test-limit-unreadable'))
  if (held < Number.POSITIVE_INFINITY) {
    return verdict('pass', sentence('self-test-processes-held', { count: held }))
  }
  return verdict('fail', sentence('self-test-processes-not-held'))
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
