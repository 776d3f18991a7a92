import type { JoinedFile } from './joined-disk.ts'
import { inside } from './qemu-arguments.ts'

/** Which files of the host a machine works with. */
export interface MachineFiles {
  readonly kernel: string
  readonly initramfs: string
  /** Folder for its sockets. */
  readonly sockets: string
  /** Read-only layers, the topmost first, then the writable one. What several files make together lists them. */
  readonly disks: readonly (string | readonly Pick<JoinedFile, 'path' | 'table'>[])[]
}

export interface Wrapping {
  /** Absolute path of bwrap. */
  readonly bwrap: string
  readonly acceleration: 'kvm' | 'tcg'
  readonly hasNetwork: boolean
  /** It is in the right network namespace already. */
  readonly keepsNetwork: boolean
  /**
   * Changing its account, QEMU forgets that it should end with its parent. A process 1 that stays root does not, and takes
   * QEMU along; a sandbox does without that process, because its cgroup is killed.
   */
  readonly diesWithStarter: boolean
  /** bwrap writes the number of the process inside to it. */
  readonly infoDescriptor: number | null
}

const systemFolders = ['/usr', '/bin', '/sbin', '/lib', '/lib64', '/etc/alternatives', '/etc/ld.so.cache']
/**
 * QEMU opens its files as root without any other capability, then becomes somebody else for good (-runas). So what it
 * works with needs no other owner, and its sockets cannot be replaced by it afterwards.
 */
const capabilities = ['CAP_SETUID', 'CAP_SETGID']
/** bwrap leaves the bounding set as it is; without it QEMU holds what it inherits and no more. */
const withoutBounding = ['setpriv', '--bounding-set=-all', '--inh-caps=-all,+setuid,+setgid', '--']

/**
 * bwrap's command line around a program that emulates a machine: programs and libraries read-only, its own files and
 * nothing else, namespaces of its own, process 1 in them.
 */
export function confineMachine(files: MachineFiles, wrapping: Wrapping): string[] {
  const last = files.disks.length - 1
  return [
    wrapping.bwrap,
    ...['--unshare-ipc', '--unshare-pid', '--unshare-uts', '--unshare-cgroup-try'],
    ...(wrapping.keepsNetwork ? [] : ['--unshare-net']),
    ...['--die-with-parent', '--new-session', ...(wrapping.diesWithStarter ? [] : ['--as-pid-1'])],
    ...systemFolders.flatMap((folder) => ['--ro-bind-try', folder, folder]),
    ...['--dev', '/dev'],
    ...(wrapping.hasNetwork ? ['--dev-bind', '/dev/net/tun', '/dev/net/tun'] : []),
    ...(wrapping.acceleration === 'kvm' ? ['--dev-bind', '/dev/kvm', '/dev/kvm'] : []),
    ...['--ro-bind', files.kernel, inside.kernel, '--ro-bind', files.initramfs, inside.initramfs],
    ...files.disks.flatMap((disk, index) => {
      if (typeof disk === 'string') return [index === last ? '--bind' : '--ro-bind', disk, inside.disk(index)]
      return disk.flatMap(({ path, table }, part) => [
        ...['--ro-bind', path, inside.part(index, part)],
        ...(table === null ? [] : ['--ro-bind', table, inside.table(index, part)]),
      ])
    }),
    ...['--bind', files.sockets, inside.sockets, '--chdir', '/'],
    ...['--clearenv', '--setenv', 'PATH', '/usr/bin:/bin', '--setenv', 'LC_ALL', 'C.UTF-8'],
    ...['--cap-drop', 'ALL', ...[...capabilities, 'CAP_SETPCAP'].flatMap((name) => ['--cap-add', name])],
    ...(wrapping.infoDescriptor === null ? [] : ['--info-fd', String(wrapping.infoDescriptor)]),
    ...['--', ...withoutBounding],
  ]
}

/** Far above what accounts and other programs' user namespaces use; one of its own for every machine. */
const firstUid = 0x7000_0000
const uidBits = 27
const nobody = 65_534

/**
 * Whom the machine of this sandbox runs as. Two may meet in one number, which harms nothing: each has its own process,
 * mount and network namespace. `mapped` is how many accounts the agent's own user namespace has.
 */
export function machineUid(id: string, mapped: number): number {
  const uid = firstUid + (Number.parseInt(id.slice(-7), 16) % 2 ** uidBits || 0)
  return uid < mapped ? uid : nobody
}

/** From /proc/self/uid_map: one past the highest account. */
export function mappedAccounts(uidMap: string): number {
  const rangeLimits = uidMap
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .map(([first = 0, , count = 0]) => first + count)
  return Math.max(0, ...rangeLimits)
}
