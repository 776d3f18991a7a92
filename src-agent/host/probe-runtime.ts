import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '#contract/app-error'
import type { Run } from '../process/run.ts'

const deadlineMs = 10_000

export interface RuntimeCandidate {
  readonly name: 'crun' | 'runc'
  /** Absolute path. */
  readonly program: string
  readonly version: string
}

/** Null: it works. Otherwise its words, or what went wrong. */
export type ProbeFailure = string | null

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
export async function probeRuntime(deps: Deps, { program }: RuntimeCandidate): Promise<ProbeFailure> {
  await mkdir(deps.folder, { recursive: true })
  const bundle = await mkdtemp(join(deps.folder, 'probe-'))
  const id = `joey-probe-${randomBytes(6).toString('hex')}`
  const runtime = (...args: string[]) =>
    deps.run(program, ['--root', join(bundle, 'state'), ...args], { timeoutMs: deadlineMs })
  try {
    // crun wants a /dev even where nothing is mounted on it; the root is read-only, so the mount points are made here.
    for (const name of ['proc', 'dev']) await mkdir(join(bundle, 'rootfs', name), { recursive: true })
    await writeFile(join(bundle, 'rootfs', 'busybox'), '')
    await writeFile(join(bundle, 'config.json'), JSON.stringify(probeConfig(id, deps.busybox)))
    const { stdout } = await runtime('run', '--bundle', bundle, id)
    return stdout.trim() === 'alive' ? null : `The container ran, but its output was lost: ${JSON.stringify(stdout)}`
  } catch (error) {
    await runtime('delete', '--force', id).catch(() => {})
    return describe(error)
  } finally {
    await rm(bundle, { recursive: true, force: true })
  }
}

/** What every sandbox needs: own namespaces, a read-only root, a bind mount, limits, seccomp. */
function probeConfig(id: string, busybox: string): object {
  return {
    ociVersion: '1.0.2',
    process: {
      args: ['/busybox', 'echo', 'alive'],
      cwd: '/',
      env: ['PATH=/'],
      user: { uid: 0, gid: 0 },
      noNewPrivileges: true,
      capabilities: { bounding: [], effective: [], permitted: [], inheritable: [], ambient: [] },
    },
    root: { path: 'rootfs', readonly: true },
    mounts: [
      { destination: '/proc', type: 'proc', source: 'proc', options: ['nosuid', 'noexec', 'nodev'] },
      { destination: '/dev', type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'mode=755', 'size=64k'] },
      { destination: '/busybox', type: 'bind', source: busybox, options: ['bind', 'ro'] },
    ],
    linux: {
      namespaces: ['pid', 'ipc', 'uts', 'mount', 'network'].map((type) => ({ type })),
      // At the top, so that no empty parent stays behind.
      cgroupsPath: `/${id}`,
      resources: { memory: { limit: 64 * 1024 * 1024 }, pids: { limit: 32 } },
      seccomp: { defaultAction: 'SCMP_ACT_ALLOW', syscalls: [{ names: ['reboot'], action: 'SCMP_ACT_ERRNO' }] },
    },
  }
}

function describe(error: unknown): string {
  if (!(error instanceof AppError)) throw error
  return error.wire.detail ?? error.wire.message
}
