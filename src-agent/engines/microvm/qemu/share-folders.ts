import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { appError } from '#contract/app-error'
import { maskOf } from '../../../base/kernel/capabilities.ts'
import { type ChildProcess, start } from '../../../base/process/run.ts'
import {
  bindCommand,
  bindsOfMounts,
  makePlaces,
  movedCode,
  notMappable,
  notMappableCode,
  outsideProgram,
  sourceMoved,
} from '../../bind-mounts.ts'
import { type ConmonDeps, leaveDisks } from '../../conmon.ts'
import type { LaunchPlan, PlacedMount } from '../../driver.ts'
import { maySetIds, withoutSetIds } from '../../set-id.ts'
import type { MachineCgroup } from './machine-cgroup.ts'
import { inCgroup } from './machine-command.ts'
import { socketNames } from './qemu-arguments.ts'

export interface ShareDeps extends Pick<ConmonDeps, 'limitedMounts'> {
  readonly virtiofsd: string | null
  readonly bwrap: string
}

const patienceMs = 5_000
const sharedFileName = 'file'
/** The descriptor by which joey-outside passes on the socket. */
const listening = 3
const systemFolders = ['/usr', '/bin', '/sbin', '/lib', '/lib64', '/etc/alternatives', '/etc/ld.so.cache']
/**
 * A container's root may do as much to files that are mounted into it, and nobody makes device nodes or gives files
 * capabilities. By the last two the program shuts itself in, and gives them up.
 */
const capabilities = [
  ...['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'SETGID', 'SETUID'],
  ...['SYS_CHROOT', 'SETPCAP'],
]

type SharePlan = Pick<LaunchPlan, 'mounts' | 'grants' | 'users' | 'process'>

/**
 * Starts one virtiofsd for each mount, in the machine's cgroup: it sees the one folder and nothing else, writable only
 * where the mount is, and where the plan has a user namespace it is root of that and not of this machine. Each ends with the
 * machine, whose end of the socket closes. Resolves when all listen.
 */
export async function shareFolders(
  deps: ShareDeps,
  plan: SharePlan,
  sockets: string,
  cgroup: MachineCgroup,
): Promise<void> {
  const { mounts } = plan
  if (mounts.length === 0) return
  const { virtiofsd, bwrap } = deps
  if (virtiofsd === null) throw sharingMissing()
  const shares = mounts.map((mount, index) => {
    const binds = bindsOfMounts({ ...plan, mounts: [mount] })
    makePlaces(binds)
    const serving = [
      ...(maySetIds(plan) ? [] : withoutSetIds()),
      ...[bwrap, ...confineShare(mount, sockets)],
      ...serve(virtiofsd, `/vm/${socketNames.share(index)}`, plan.users),
    ]
    const command = [...leaveDisks(deps), ...bindCommand(binds), ...serving]
    const [program = '', ...args] = inCgroup(cgroup.joinFiles(), command)
    // It must outlive the agent, as the machine does.
    const child = start(program, args, { stdio: ['ignore', 'ignore', 'ignore'] })
    child.unref()
    return { mount, child, socket: join(sockets, socketNames.share(index)) }
  })
  await Promise.all(shares.map(listens))
}

/** The name of the file in a folder that is made for it, because virtiofs has folders only; null where it is one. */
export function sharedFile({ held }: PlacedMount): string | null {
  return held === null || held.isFolder ? null : sharedFileName
}

function confineShare(mount: PlacedMount, sockets: string): string[] {
  const { place: source, readOnly } = mount
  const place = sharedFile(mount) === null ? '/share' : `/share/${sharedFileName}`
  return [
    ...['--unshare-ipc', '--unshare-pid', '--unshare-uts', '--unshare-net', '--unshare-cgroup-try', '--new-session'],
    ...systemFolders.flatMap((folder) => ['--ro-bind-try', folder, folder]),
    ...['--dev', '/dev', '--proc', '/proc', '--bind', sockets, '/vm'],
    ...['--dir', '/share', readOnly ? '--ro-bind' : '--bind', source, place, '--clearenv'],
  ]
}

/** What virtiofsd may do to begin with, as root of this machine. */
const asRoot = ['--cap-drop', 'ALL', ...capabilities.flatMap((name) => ['--cap-add', `CAP_${name}`]), '--']
/** To map ids in a user namespace takes these two over this machine. joey-outside gives them up with all others, and gets new ones there. */
const toMapIds = ['--cap-drop', 'ALL', '--cap-add', 'CAP_SETUID', '--cap-add', 'CAP_SETGID', '--']

/** The rest of bwrap's command line. */
function serve(virtiofsd: string, socket: string, users: LaunchPlan['users']): string[] {
  const options = 'source=/share,sandbox=chroot,cache=auto,timeout=0,no_posix_lock,xattr,modcaps=-mknod:-setfcap'
  const outside = users === null ? null : outsideProgram()
  if (users === null || outside === null) {
    return [...asRoot, virtiofsd, `--socket-path=${socket}`, '-o', options]
  }
  const place = '/joey-outside'
  return [
    ...['--ro-bind', outside, place, ...toMapIds],
    ...[place, 'serve', String(users.first), socket, maskOf(capabilities).toString(16)],
    ...[virtiofsd, `--fd=${listening}`, '-o', options],
  ]
}

interface Share {
  readonly mount: PlacedMount
  readonly child: ChildProcess
  readonly socket: string
}

async function listens({ mount: { source }, child, socket }: Share): Promise<void> {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await sleep(5)) {
    const there = await lstat(socket).catch(() => null)
    if (there?.isSocket()) return
    if (child.exitCode === movedCode) throw sourceMoved(source)
    if (child.exitCode === notMappableCode) throw notMappable(source)
    if (child.exitCode !== null) break
  }
  throw appError('share-failed', { source })
}

function sharingMissing(): Error {
  return appError('virtiofsd-missing')
}
