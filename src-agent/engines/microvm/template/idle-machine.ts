import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { appError } from '#contract/app-error'
import { idleMachineAccount } from '../../../base/kernel/id-ranges.ts'
import { endGroup } from '../../../base/process/kill-group.ts'
import { type ChildProcess, start } from '../../../base/process/run.ts'
import { connectWhenThere } from '../guest/connect-guest.ts'
import type { GuestAssets } from '../guest/guest-assets.ts'
import { saveTemplateLog } from '../qemu/boot-log.ts'
import { guardCgroup } from '../qemu/guard-cgroup.ts'
import type { MachineCgroup } from '../qemu/machine-cgroup.ts'
import { idleCommand, inCgroup, type MachinePrograms } from '../qemu/machine-command.ts'
import { hostLimits, type MachineShape } from '../qemu/machine-shape.ts'
import { migrateToFile } from '../qemu/migrate-machine.ts'
import { socketNames } from '../qemu/qemu-arguments.ts'

export interface IdleDeps {
  readonly programs: MachinePrograms
  readonly acceleration: 'kvm' | 'tcg'
  readonly cgroup: MachineCgroup
  /** For its sockets and empty disks, made and removed again; short, for socket paths. */
  readonly folder: string
}

export interface IdleMachine {
  readonly assets: GuestAssets
  readonly shape: MachineShape
  /** It must be ready within this time. */
  readonly bootMs: number
  readonly signal: AbortSignal
}

/** A guest's disks seem this large to it; what is read beyond the end of the real one is an error. */
const placeholderBytes = 2 ** 42
const saveMs = 60_000

/**
 * Boots a machine for nobody, waits until its guest is ready for its sandbox, lets `work` do its part with it,
 * and ends it. When it settles, nothing is left of it; nor is there when the agent is killed meanwhile.
 */
export async function withIdleMachine<T>(
  deps: IdleDeps,
  { assets, shape, ...options }: IdleMachine,
  work: (machine: { readonly sockets: string; readonly bootedMs: number }) => Promise<T>,
): Promise<T> {
  const sockets = join(deps.folder, 'v')
  await rm(deps.folder, { recursive: true, force: true })
  await mkdir(sockets, { recursive: true, mode: 0o755 })
  const disks = await makePlaceholders(deps.folder, shape.disks)
  const guard = guardCgroup(deps.cgroup)
  let child: ChildProcess | null = null
  try {
    await deps.cgroup.make(hostLimits(shape, { memoryBytes: null, cpus: null, pids: 1 }, deps.acceleration))
    const begin = performance.now()
    child = startIdle(deps, assets, shape, { sockets, disks })
    const gone = new AbortController()
    child.once('exit', () => gone.abort(idleFailed('the emulator ended before the guest was ready')))
    const signal = AbortSignal.any([options.signal, gone.signal, AbortSignal.timeout(options.bootMs)])
    const channel = await connectWhenThere(join(sockets, socketNames.control), signal)
    channel.close()
    return await work({ sockets, bootedMs: performance.now() - begin })
  } finally {
    // It first: what has not joined the cgroup yet would outlive that.
    if (child !== null) await endGroup(child, 0)
    await deps.cgroup.kill()
    await deps.cgroup.remove()
    await guard.release()
    await rm(deps.folder, { recursive: true, force: true })
  }
}

function startIdle(
  { programs, acceleration, cgroup }: IdleDeps,
  { kernel, initramfs }: GuestAssets,
  shape: MachineShape,
  { sockets, disks }: { readonly sockets: string; readonly disks: readonly string[] },
): ChildProcess {
  const machine = { shape, acceleration, uid: idleMachineAccount, shares: 0, start: 'boot', streams: 'none' } as const
  const command = idleCommand(programs, { kernel, initramfs, sockets, disks }, machine)
  const [program = '', ...args] = inCgroup(cgroup.joinFiles(), command)
  return start(program, args, { stdio: ['ignore', 'ignore', 'ignore'] })
}

async function makePlaceholders(folder: string, count: number): Promise<string[]> {
  const paths = Array.from({ length: count }, (_, index) => join(folder, `disk${index}`))
  for (const path of paths) {
    const file = await open(path, 'w', 0o600)
    try {
      await file.truncate(placeholderBytes)
    } finally {
      await file.close()
    }
  }
  return paths
}

/** Saves the running machine's whole state to a file, which appears whole or not at all. The machine is then paused. */
export async function saveTemplate(sockets: string, path: string, signal: AbortSignal): Promise<void> {
  const draft = `${path}.new`
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await rm(draft, { force: true })
  await saveTemplateLog(join(sockets, socketNames.monitor), path)
  const until = AbortSignal.any([signal, AbortSignal.timeout(saveMs)])
  await migrateToFile(sockets, draft, { signal: until, whileRunning: false })
  await rename(draft, path)
}

function idleFailed(detail: string): Error {
  return appError('template-failed', {}, { detail })
}
