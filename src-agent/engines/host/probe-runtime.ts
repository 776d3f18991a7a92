import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '#contract/app-error'
import type { Said } from '#contract/reasons/define'
import { sentence } from '#contract/sentence'
import type { ContainerRuntime } from '#contract/words'
import type { Run } from '../../base/process/run.ts'
import type { SelinuxTypes } from '../oci/selinux-labels.ts'
import { trialConfig, trialLevel } from './trial-config.ts'

const deadlineMs = 10_000

export interface RuntimeCandidate {
  readonly name: ContainerRuntime
  /** Absolute path. */
  readonly program: string
  readonly version: string
}

/** Null: it works. Otherwise its words as a text, or what went wrong. */
export type ProbeFailure = Said | string | null

interface Deps {
  readonly run: Run
  /** Where the bundle is made and removed again. */
  readonly folder: string
  /** A static busybox, the only program in the bundle. */
  readonly busybox: string
}

/** What Linux security modules are to confine it with. */
interface ProbeLabels {
  readonly apparmor?: string | null
  readonly selinux?: SelinuxTypes | null
}

/** As an overlay's, the label of all that is in its root is that of the mount. */
const labelScript =
  'set -eu; mount -t tmpfs -o "context=\\"$3\\",size=16m" joey "$1"; mkdir "$1/proc" "$1/dev"; cp "$2" "$1/busybox"; shift 3; exec "$@"'

function inLabelled(rootfs: string, busybox: string, { file }: SelinuxTypes, command: readonly string[]) {
  const mounting = ['unshare', '--mount', '--propagation', 'slave', 'sh', '-c', labelScript, 'joey-label'] as const
  return [...mounting, rootfs, busybox, `${file}:${trialLevel}`, ...command] as const
}

/**
 * Runs a real container to its end. A version number says nothing: crun refuses hosts with both kinds of cgroups, and
 * either fails where the agent itself runs in a container that withholds namespaces or cgroups.
 */
export async function probeRuntime(
  deps: Deps,
  { program }: RuntimeCandidate,
  { apparmor = null, selinux = null }: ProbeLabels = {},
): Promise<ProbeFailure> {
  await mkdir(deps.folder, { recursive: true })
  const bundle = await mkdtemp(join(deps.folder, 'probe-'))
  const id = `joey-trial-${randomBytes(6).toString('hex')}`
  const runtime = (...args: string[]) => {
    const command = [program, '--root', join(bundle, 'state'), ...args] as const
    const [first, ...rest] =
      selinux === null ? command : inLabelled(join(bundle, 'rootfs'), deps.busybox, selinux, command)
    return deps.run(first, rest, { timeoutMs: deadlineMs })
  }
  try {
    // crun wants a /dev even where nothing is mounted on it; the root is read-only, so the mount points are made here.
    for (const name of ['proc', 'dev']) await mkdir(join(bundle, 'rootfs', name), { recursive: true })
    await writeFile(join(bundle, 'rootfs', 'busybox'), '')
    await writeFile(join(bundle, 'config.json'), JSON.stringify(probeConfig(id, deps.busybox, { apparmor, selinux })))
    const { stdout } = await runtime('run', '--bundle', bundle, id)
    return stdout.trim() === 'alive' ? null : sentence('engine-output-lost', { output: JSON.stringify(stdout) })
  } catch (error) {
    await runtime('delete', '--force', id).catch(() => {})
    return describe(error)
  } finally {
    await rm(bundle, { recursive: true, force: true })
  }
}

function probeConfig(id: string, busybox: string, { apparmor = null, selinux = null }: ProbeLabels): object {
  const mounts = [
    { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
    { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755', 'size=64k'] },
  ]
  const seccomp = { defaultAction: 'SCMP_ACT_ALLOW', syscalls: [{ names: ['reboot'], action: 'SCMP_ACT_ERRNO' }] }
  const limits = { memoryBytes: 64 * 1024 * 1024, pids: 32 }
  return trialConfig({ cgroupsPath: `/${id}`, busybox, ...limits, mounts, more: { seccomp }, apparmor, selinux })
}

function describe(error: unknown): Said | string {
  if (!(error instanceof AppError)) throw error
  return error.wire.detail ?? error.wire
}
