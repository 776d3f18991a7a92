import { readKernelLink, readKernelText, showText } from '../../../base/kernel/kernel-text.ts'
import { type NamespaceKind, namespaceKinds, type ObservedProcess } from './observed.ts'

/** The part of /proc/PID/status that holds privileges. */
export interface Privileges {
  readonly uid: number
  readonly gid: number
  readonly effective: bigint
  readonly permitted: bigint
  readonly bounding: bigint
  readonly noNewPrivileges: boolean
  readonly seccompMode: number
  readonly seccompFilters: number
}

const fields = Object.fromEntries(
  ['Uid', 'Gid', 'CapEff', 'CapPrm', 'CapBnd', 'NoNewPrivs', 'Seccomp', 'Seccomp_filters'].map((name) => [
    name,
    new RegExp(`^${name}:\\s*(.*)$`, 'm'),
  ]),
)

/** The name of a process is its own to choose and stands first, escaped by the kernel: a line feed in it is no line. */
export function parseStatus(text: string): Privileges | null {
  const field = (name: string): string => fields[name]?.exec(text)?.[1] ?? ''
  const mask = (name: string): bigint => (/^[0-9a-f]+$/.test(field(name)) ? BigInt(`0x${field(name)}`) : 0n)
  const effective = (name: string): number => Number(field(name).split('\t')[1])
  if (!Number.isInteger(effective('Uid'))) return null
  return {
    uid: effective('Uid'),
    gid: effective('Gid'),
    effective: mask('CapEff'),
    permitted: mask('CapPrm'),
    bounding: mask('CapBnd'),
    noNewPrivileges: field('NoNewPrivs') === '1',
    seccompMode: Number(field('Seccomp') || 0),
    seccompFilters: Number(field('Seccomp_filters') || 0),
  }
}

function readPrivileges(proc: string, pid: number): Pick<ObservedProcess, PrivilegeFields> | null {
  const found = parseStatus(readKernelText(`${proc}/${pid}/status`, 16_384) ?? '')
  return (
    found && {
      uid: found.uid,
      gid: found.gid,
      capabilities: { effective: found.effective, permitted: found.permitted, bounding: found.bounding },
      noNewPrivileges: found.noNewPrivileges,
      seccomp: { mode: found.seccompMode, filters: found.seccompFilters },
    }
  )
}

type PrivilegeFields = 'uid' | 'gid' | 'capabilities' | 'noNewPrivileges' | 'seccomp'

/** The same process, with its privileges read again. Null where it has ended. */
export function readPrivilegesAgain(proc: string, before: ObservedProcess): ObservedProcess | null {
  const now = readPrivileges(proc, before.pid)
  return now && { ...before, ...now }
}

/** When a process was started, in ticks since boot: with the number, its identity. Null where it is gone or dead. */
export function readStartTime(proc: string, pid: number): string | null {
  const text = readKernelText(`${proc}/${pid}/stat`, 4096)
  if (text === null) return null
  // The name may hold anything, brackets too.
  const parts = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return parts[0] === 'Z' || parts[0] === 'X' ? null : (parts[19] ?? null)
}

const ticksPerSecond = 100
const startingSeconds = 2

/**
 * Whether it still is the engine on its way to become the main process: it takes its own privileges away last, so what it
 * holds now tells nothing. Runtimes run from a copy of themselves, `/memfd:crun_cloned:…`. Only of a young process, so that none can hide behind the name of an engine.
 */
export function isStarting(proc: string, pid: number, startTime: string): boolean {
  if (!/crun|runc/.test(readKernelLink(`${proc}/${pid}/exe`) ?? '')) return false
  const uptime = Number.parseFloat(readKernelText(`${proc}/uptime`, 256) ?? '')
  return uptime - Number(startTime) / ticksPerSecond < startingSeconds
}

/** Whether ids inside are others outside; a single line that maps everything to itself is the host's own map. */
export function mapsUsers(map: string): boolean {
  return !/^\s*0\s+0\s+4294967295\s*$/.test(map)
}

export function readNamespaces(proc: string, pid: number | 'self'): Map<NamespaceKind, string> {
  const found = new Map<NamespaceKind, string>()
  for (const kind of namespaceKinds) {
    const inode = /\[(\d+)\]/.exec(readKernelLink(`${proc}/${pid}/ns/${kind}`) ?? '')?.[1]
    if (inode !== undefined) found.set(kind, inode)
  }
  return found
}

/** Null where the process has ended. */
export function readProcess(
  proc: string,
  pid: number,
  host: ReadonlyMap<NamespaceKind, string>,
): ObservedProcess | null {
  const privileges = readPrivileges(proc, pid)
  const namespaces = readNamespaces(proc, pid)
  if (privileges === null || namespaces.size === 0) return null
  const userMap = (readKernelText(`${proc}/${pid}/uid_map`, 16_384) ?? '').trim()
  const label = readKernelText(`${proc}/${pid}/attr/current`, 4096)?.replace(/[\0\n]+$/, '')
  const program = readKernelLink(`${proc}/${pid}/exe`)
  return {
    pid,
    program: program === null ? null : showText(program),
    ...privileges,
    label: label === undefined || label === '' ? null : showText(label),
    mapsUsers: mapsUsers(userMap),
    userMap: showText(userMap.replace(/\s+/g, ' ')),
    namespaces,
    hostNamespaces: namespaceKinds.filter((kind) => namespaces.has(kind) && namespaces.get(kind) === host.get(kind)),
  }
}
