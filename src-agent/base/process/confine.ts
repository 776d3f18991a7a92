import { findSystemProgram } from '#contract/client/system-program'
import type { ToolRights } from '../seccomp/tool-filter.ts'
import { toolFilterFile } from './tool-filter-file.ts'

/** What a confined program may do beyond reading programs and libraries. */
export interface Confinement {
  /** The one folder it may write to, seen as `/work`. */
  readonly work?: string
  /** May make files of any owner, mode and kind: for unpacking. */
  readonly ownsFiles?: boolean
  /** Single files and folders of this machine, and where the program sees them. */
  readonly shown?: readonly Shown[]
  /** Empty ones, made for the program alone. */
  readonly folders?: readonly string[]
  /** Where it may put what it needs for a moment, where that is not in `work`. */
  readonly temporary?: string
  /** Beyond none: without the prefix, as in `SYS_ADMIN`. */
  readonly capabilities?: readonly string[]
  /** Beyond path, language and folders. */
  readonly environment?: Readonly<Record<string, string>>
  /** For what speaks with others: see {@link Reach}. */
  readonly reach?: Reach
}

/**
 * A program that speaks with others has no more network than the rest: a namespace of its own, with nothing in it but what is
 * shown to it as a socket. It may open sockets there, and it is nobody.
 */
export interface Reach {
  /** Whom it runs as, where the agent is root. What it may write to must be this account's. */
  readonly account: number
  /** Bytes of the largest file that it may write. */
  readonly largestFile: number
  /** Keeps the right to listen on ports below 1024, for as long as it does not give it up. */
  readonly lowPorts?: boolean
  /** What it reads of its standard input is seen as this file instead. */
  readonly inputAs?: string
}

export interface Shown {
  readonly from: string
  readonly to: string
  readonly writable: boolean
}

/** Wraps a command; gives the program and arguments to run. */
export type Confine = (
  program: string,
  args: readonly string[],
  confinement: Confinement,
) => readonly [program: string, args: string[]]

const namespaces = ['--unshare-ipc', '--unshare-pid', '--unshare-net', '--unshare-uts', '--unshare-cgroup-try']
const systemFolders = ['/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/etc/alternatives', '/etc/ld.so.cache']
const baseEnvironment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8', HOME: '/tmp', TMPDIR: '/tmp' }
/** Where bubblewrap finds the filter of system calls; callers have the first ones. */
const filterDescriptor = 9
/** Setting owners, modes, devices and file capabilities. Not SYS_ADMIN: no mounts, no `trusted.` attributes. */
const fileCapabilities = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'MKNOD', 'SETFCAP']

/**
 * Every program that reads bytes of an image runs by bubblewrap: no network, no processes but its own, nothing of this
 * machine to see but programs and libraries, one folder to write to, a filter of system calls, and it dies with the agent.
 * What it reads comes by inherited descriptor (`/proc/self/fd/3`) or lies in that folder.
 */
export const confine: Confine = (program, args, confinement) => {
  const {
    work,
    ownsFiles = false,
    environment = {},
    shown = [],
    folders = [],
    capabilities = [],
    temporary,
    reach,
  } = confinement
  const asRoot = process.getuid?.() === 0
  const changesAccount = asRoot && reach !== undefined
  const ofReach = changesAccount ? [...accountCapabilities, ...(reach.lowPorts ? ['NET_BIND_SERVICE'] : [])] : []
  const kept = [...(ownsFiles ? fileCapabilities : []), ...capabilities, ...ofReach]
  const scratch = temporary ?? (work === undefined ? '/tmp' : '/work/tmp')
  const variables = { ...baseEnvironment, TMPDIR: scratch, ...environment }
  const command = reach === undefined ? [program, ...args] : bounded(reach, changesAccount, [program, ...args])
  return filtered({ capabilities: kept, opensSockets: reach !== undefined }, [
    ...namespaces,
    ...(asRoot ? [] : ['--unshare-user']),
    '--die-with-parent',
    '--new-session',
    ...(reach === undefined ? [] : openFolders),
    ...systemFolders.flatMap((folder) => ['--ro-bind-try', folder, folder]),
    '--proc',
    '/proc',
    '--dev',
    '/dev',
    ...(work === undefined ? ['--tmpfs', '/tmp'] : ['--bind', work, '/work', '--dir', '/tmp', '--chdir', '/work']),
    ...shown.flatMap(({ from, to, writable }) => [writable ? '--bind' : '--ro-bind', from, to]),
    ...folders.flatMap((folder) => ['--dir', folder]),
    ...(reach?.inputAs === undefined ? [] : ['--perms', '0444', '--ro-bind-data', '0', reach.inputAs]),
    '--clearenv',
    ...Object.entries(variables).flatMap(setVariable),
    '--cap-drop',
    'ALL',
    ...(asRoot ? kept.flatMap((name) => ['--cap-add', `CAP_${name}`]) : []),
    '--',
    ...command,
  ])
}

/** Changing the account, and giving up for good what that takes. */
const accountCapabilities = ['SETUID', 'SETGID', 'SETPCAP']
/** Else bubblewrap makes them for root alone, where something is shown in them. */
const openFolders = ['/etc', '/run', '/run/joey'].flatMap((folder) => ['--perms', '0755', '--dir', folder])
/** Of heap and stacks; a program that reads a document of 4 MiB needs a small part of it. */
const memoryBytes = 2 ** 30

function bounded(
  { account, largestFile, lowPorts = false }: Reach,
  changesAccount: boolean,
  command: readonly string[],
): string[] {
  const limits = ['prlimit', `--fsize=${largestFile}`, `--data=${memoryBytes}`, '--core=0', '--']
  const become = ['setpriv', `--reuid=${account}`, `--regid=${account}`, '--clear-groups']
  const caps = lowPorts ? '-all,+net_bind_service' : '-all'
  const forGood = [`--bounding-set=${caps}`, `--inh-caps=${caps}`, `--ambient-caps=${caps}`, '--no-new-privs', '--']
  return [...limits, ...(changesAccount ? [...become, ...forGood] : []), ...command]
}

/** A shell opens the filter, for which no argument of a program that reads it has a name. */
const filterScript = `exec ${filterDescriptor}<"$1"; shift; exec "$@"`

/** Has bubblewrap read the filter of system calls that belongs to these capabilities, where there is one. */
function filtered(rights: ToolRights, args: readonly string[]): readonly [string, string[]] {
  const [file, bwrap] = [toolFilterFile(rights), findSystemProgram('bwrap')]
  // Where it is missing it has to be said of itself, and not of the shell.
  if (file === null || bwrap === null) return ['bwrap', [...args]]
  const command = [bwrap, '--seccomp', String(filterDescriptor), ...args]
  return ['sh', ['-c', filterScript, 'joey-filter', file, ...command]]
}

const setVariable = ([name, value]: readonly [string, string]): string[] => ['--setenv', name, value]
