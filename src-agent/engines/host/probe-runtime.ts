import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '#contract/app-error'
import type { Said } from '#contract/reasons/define'
import { sentence } from '#contract/sentence'
import type { ContainerRuntime } from '#contract/words'
import type { Run } from '../../base/process/run.ts'
import { trialConfig } from './trial-config.ts'

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

/**
 * Runs a real container to its end. A version number says nothing: crun refuses hosts with both kinds of cgroups, and
 * either fails where the agent itself runs in a container that withholds namespaces or cgroups.
 */
export async function probeRuntime(
  deps: Deps,
  { program }: RuntimeCandidate,
  { apparmor = null }: { readonly apparmor?: string | null } = {},
): Promise<ProbeFailure> {
  await mkdir(deps.folder, { recursive: true })
  const bundle = await mkdtemp(join(deps.folder, 'probe-'))
  const id = `joey-trial-${randomBytes(6).toString('hex')}`
  const runtime = (...args: string[]) =>
    deps.run(program, ['--root', join(bundle, 'state'), ...args], { timeoutMs: deadlineMs })
  try {
    // crun wants a /dev even where nothing is mounted on it; the root is read-only, so the mount points are made here.
    for (const name of ['proc', 'dev']) await mkdir(join(bundle, 'rootfs', name), { recursive: true })
    await writeFile(join(bundle, 'rootfs', 'busybox'), '')
    await writeFile(join(bundle, 'config.json'), JSON.stringify(probeConfig(id, deps.busybox, apparmor)))
    const { stdout } = await runtime('run', '--bundle', bundle, id)
    return stdout.trim() === 'alive' ? null : sentence('engine-output-lost', { output: JSON.stringify(stdout) })
  } catch (error) {
    await runtime('delete', '--force', id).catch(() => {})
    return describe(error)
  } finally {
    await rm(bundle, { recursive: true, force: true })
  }
}

function probeConfig(id: string, busybox: string, apparmor: string | null): object {
  const mounts = [
    { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
    { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755', 'size=64k'] },
  ]
  const seccomp = { defaultAction: 'SCMP_ACT_ALLOW', syscalls: [{ names: ['reboot'], action: 'SCMP_ACT_ERRNO' }] }
  const limits = { memoryBytes: 64 * 1024 * 1024, pids: 32 }
  return trialConfig({ cgroupsPath: `/${id}`, busybox, ...limits, mounts, more: { seccomp }, apparmor })
}

function describe(error: unknown): Said | string {
  if (!(error instanceof AppError)) throw error
  return error.wire.detail ?? error.wire
}
