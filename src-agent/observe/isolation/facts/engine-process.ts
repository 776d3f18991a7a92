import { posix } from 'node:path'
import { readKernelLink, readKernelText } from '../../../base/kernel/kernel-text.ts'
import type { Observed, Watched } from './observed.ts'

/** Which process stands before the host's kernel, and whose kernel answers the guest. */
export interface EngineProcess {
  readonly pid: number
  readonly kernel: Observed['kernel']
}

/** Of a cgroup with many processes, the engine is among the first. */
const maxCandidates = 64

/**
 * Finds the sentry or the machine monitor among the processes of the sandbox. Where the engine that the class promises is
 * not there, the main process itself stands before the host's kernel, and is shown so. A guest cannot feign an engine: of a
 * container no process is asked for its program.
 */
export function findEngineProcess(proc: string, watched: Watched, members: readonly number[]): EngineProcess | null {
  const { pid } = watched
  if (pid === null) return null
  if (watched.class === 'container') return { pid, kernel: 'host' }
  const wanted = watched.class === 'gvisor' ? isSentry : isMachineMonitor
  const kernel = watched.class === 'gvisor' ? 'sentry' : 'guest'
  for (const candidate of [pid, ...members.slice(0, maxCandidates)]) {
    if (wanted(proc, candidate)) return { pid: candidate, kernel }
  }
  return { pid, kernel: 'host' }
}

/** Processes that the kernel accounts to the sandbox. */
export function readMembers(cgroups: string, version: 'v1' | 'v2', cgroup: string): number[] {
  const folder = version === 'v2' ? `${cgroups}${cgroup}` : `${cgroups}/pids${cgroup}`
  const text = readKernelText(`${folder}/cgroup.procs`, 16_384) ?? ''
  return text
    .split('\n')
    .map(Number)
    .filter((pid) => pid > 0)
}

/** The processes that open files of this machine for a sentry or a machine. */
export function findFileServers(proc: string, kernel: Observed['kernel'], members: readonly number[]): number[] {
  const isServer = { host: () => false, sentry: isGofer, guest: isShareServer }[kernel]
  return members.slice(0, maxCandidates).filter((pid) => isServer(proc, pid))
}

function isGofer(proc: string, pid: number): boolean {
  return (readKernelText(`${proc}/${pid}/cmdline`, 16_384) ?? '').startsWith('runsc-gofer\0')
}

function isShareServer(proc: string, pid: number): boolean {
  return posix.basename(readKernelLink(`${proc}/${pid}/exe`) ?? '') === 'virtiofsd'
}

function isSentry(proc: string, pid: number): boolean {
  const words = (readKernelText(`${proc}/${pid}/cmdline`, 16_384) ?? '').split('\0')
  return posix.basename(words[0] ?? '').startsWith('runsc') && words.includes('boot')
}

function isMachineMonitor(proc: string, pid: number): boolean {
  return posix.basename(readKernelLink(`${proc}/${pid}/exe`) ?? '').startsWith('qemu-system-')
}
