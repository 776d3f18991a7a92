import { statSync } from 'node:fs'
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { appError } from '#contract/app-error'
import type { Mount } from '#contract/sandbox'
import { start } from '../../../base/process/run.ts'
import type { MachineCgroup } from './machine-cgroup.ts'
import { inCgroup } from './machine-command.ts'
import { socketNames } from './qemu-arguments.ts'

export interface ShareDeps {
  readonly virtiofsd: string | null
  readonly bwrap: string
}

const patienceMs = 5_000
const sharedFileName = 'file'
const systemFolders = ['/usr', '/bin', '/sbin', '/lib', '/lib64', '/etc/alternatives', '/etc/ld.so.cache']
/**
 * A container's root may do as much to files that are mounted into it. By the last two the program shuts itself in,
 * and gives them up.
 */
const capabilities = [
  ...['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'SETGID', 'SETUID', 'MKNOD', 'SETFCAP'],
  ...['SYS_CHROOT', 'SETPCAP'],
]

/**
 * Starts one virtiofsd for each mount, in the machine's cgroup: it sees the one folder and nothing else, writable only
 * where the mount is. Each ends with the machine, whose end of the socket closes. Resolves when all listen.
 */
export async function shareFolders(
  deps: ShareDeps,
  mounts: readonly Mount[],
  sockets: string,
  cgroup: MachineCgroup,
): Promise<void> {
  if (mounts.length === 0) return
  const { virtiofsd, bwrap } = deps
  if (virtiofsd === null) throw sharingMissing()
  for (const [index, mount] of mounts.entries()) {
    const command = [bwrap, ...confineShare(mount, sockets), ...serve(virtiofsd, index)]
    const [program = '', ...args] = inCgroup(cgroup.joinFiles(), command)
    // It must outlive the agent, as the machine does.
    start(program, args, { stdio: ['ignore', 'ignore', 'ignore'] }).unref()
  }
  await Promise.all(mounts.map((mount, index) => listens(join(sockets, socketNames.share(index)), mount)))
}

/** The name of the file in a folder that is made for it, because virtiofs has folders only; null where it is one. */
export function sharedFile({ source }: Mount): string | null {
  return statSync(source).isDirectory() ? null : sharedFileName
}

function confineShare(mount: Mount, sockets: string): string[] {
  const { source, readOnly } = mount
  const place = sharedFile(mount) === null ? '/share' : `/share/${sharedFileName}`
  return [
    ...['--unshare-ipc', '--unshare-pid', '--unshare-uts', '--unshare-net', '--unshare-cgroup-try', '--new-session'],
    ...systemFolders.flatMap((folder) => ['--ro-bind-try', folder, folder]),
    ...['--dev', '/dev', '--proc', '/proc', '--bind', sockets, '/vm'],
    ...['--dir', '/share', readOnly ? '--ro-bind' : '--bind', source, place, '--clearenv'],
    ...['--cap-drop', 'ALL', ...capabilities.flatMap((name) => ['--cap-add', `CAP_${name}`]), '--'],
  ]
}

function serve(virtiofsd: string, index: number): string[] {
  const options = 'source=/share,sandbox=chroot,cache=auto,timeout=0,no_posix_lock,xattr'
  return [virtiofsd, `--socket-path=/vm/${socketNames.share(index)}`, '-o', options]
}

async function listens(socket: string, { source }: Mount): Promise<void> {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await sleep(5)) {
    const there = await lstat(socket).catch(() => null)
    if (there?.isSocket()) return
  }
  const message = `The folder ${source} could not be shared with the micro-VM.`
  throw appError('engine', 'share-failed', message, { params: { source } })
}

function sharingMissing(): Error {
  const message = 'Mounts into micro-VMs need virtiofsd, which is not installed. Install qemu-system-common.'
  return appError('unavailable', 'virtiofsd-missing', message)
}
