import { mkdir, readFile, rm, stat } from 'node:fs/promises'
import { availableParallelism, totalmem } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { appError } from '#contract/app-error'
import type { ConmonDeps } from '../../conmon.ts'
import type { LaunchPlan, Running } from '../../driver.ts'
import { connectWhenThere } from '../guest/connect-guest.ts'
import type { GuestAssets } from '../guest/guest-assets.ts'
import type { GuestChannel } from '../guest/guest-types.ts'
import { beginBootLog, collectBootLog, readBootLog } from './boot-log.ts'
import { machineUid, mappedAccounts } from './confine-machine.ts'
import { type JoinedFile, joinFiles } from './joined-disk.ts'
import { launchMachine, readMachinePid } from './launch-machine.ts'
import { scriptFiles } from './launch-script.ts'
import type { MachineCgroup } from './machine-cgroup.ts'
import { type MachinePrograms, machineCommand } from './machine-command.ts'
import type { MachineShape } from './machine-shape.ts'
import { socketNames } from './qemu-arguments.ts'

export interface BootDeps extends ConmonDeps {
  readonly programs: MachinePrograms
  readonly acceleration: 'kvm' | 'tcg'
  readonly assets: () => Promise<GuestAssets>
}

export interface Booted {
  readonly running: Running
  readonly channel: GuestChannel
  /** Until the emulator was on its way. */
  readonly launchMs: number
}

/** A booted guest answers at once. One that does not within this time is not what its template was. */
const cloneMs = 15_000
/** Emulated, with others booting beside it, on a slow machine. */
const bootMs = 60_000
const exitPollMs = 50
const logMs = 400

export function hostSize(): { cpus: number; memoryBytes: number } {
  return { cpus: availableParallelism(), memoryBytes: totalmem() }
}

/** Folder of the sockets that QEMU makes. */
export function socketFolder(run: string): string {
  return join(run, 'vm')
}

export function controlSocket(run: string): string {
  return join(socketFolder(run), socketNames.control)
}

export function monitorSocket(run: string): string {
  return join(socketFolder(run), socketNames.monitor)
}

/**
 * Starts the machine and waits for its guest, from a template or by booting. When it rejects, the machine may still be
 * there: its cgroup is to be killed.
 */
export async function bootMachine(
  deps: BootDeps,
  plan: LaunchPlan,
  shape: MachineShape,
  options: {
    readonly cgroup: MachineCgroup
    readonly state: string | null
    /** How long its guest may take until it greets; a time of its own for each kind otherwise. */
    readonly patienceMs?: number
    readonly signal: AbortSignal
    share(sockets: string): Promise<void>
  },
): Promise<Booted> {
  const { run, folder } = plan.paths
  const begin = performance.now()
  await clearRun(plan, deps.exits)
  await beginBootLog(folder, options.state)
  await options.share(socketFolder(run))
  const { kernel, initramfs } = await deps.assets()
  const disks = [...(await joinDisks(plan)), plan.paths.disk]
  const files = { kernel, initramfs, sockets: socketFolder(run), disks }
  const uid = machineUid(plan.id, mappedAccounts(await readFile('/proc/self/uid_map', 'utf8')))
  const start = options.state === null ? ('boot' as const) : ('clone' as const)
  const joined = disks.map((disk) => (typeof disk === 'string' ? 1 : disk.length))
  const seen = { shape, acceleration: deps.acceleration, uid, shares: plan.mounts.length, joined }
  const machine = { ...seen, start, streams: 'pipes' } as const
  const script = {
    state: options.state ?? '/dev/null',
    joinFiles: options.cgroup.joinFiles(),
    command: machineCommand(deps.programs, files, machine, plan.netns),
  }
  const { monitorPid, pid } = await launchMachine(deps, plan, script, options.signal)
  const launchMs = performance.now() - begin
  const watch = watchEnd(join(deps.exits, plan.id))
  const log = start === 'boot' ? followBootLog(plan) : null
  try {
    const limit = AbortSignal.timeout(options.patienceMs ?? (start === 'clone' ? cloneMs : bootMs))
    const signal = AbortSignal.any([options.signal, limit, watch.ended])
    const channel = await connectWhenThere(controlSocket(run), signal)
    return { running: { pid: (await readMachinePid(run)) ?? pid, monitorPid }, channel, launchMs }
  } catch (error) {
    options.signal.throwIfAborted()
    await collectBootLog(monitorSocket(run), folder).catch(() => undefined)
    throw await bootFailed(plan, error)
  } finally {
    watch.stop()
    log?.stop()
  }
}

/** What is only there for this machine lies beside its sockets. */
async function joinDisks({ lowerFiles, paths }: LaunchPlan): Promise<(string | readonly JoinedFile[])[]> {
  const place = (disk: number) => (part: number) => join(paths.run, `disk.${disk}.${part}`)
  return Promise.all(
    lowerFiles.map(async (files, index) => (typeof files === 'string' ? files : joinFiles(files, place(index)))),
  )
}

/** An earlier attempt may have left its files. */
async function clearRun({ id, paths }: LaunchPlan, exits: string): Promise<void> {
  const files = Object.values(scriptFiles).flatMap((name) => [name, `${name}.new`])
  const pipes = ['status.pipe', 'words.pipe', 'attach', 'ctl', 'winsz', 'pid', 'monitor.pid']
  await Promise.all([...files, ...pipes].map((name) => rm(join(paths.run, name), { force: true })))
  await rm(join(exits, id), { force: true })
  await rm(socketFolder(paths.run), { recursive: true, force: true })
  await mkdir(socketFolder(paths.run), { recursive: true, mode: 0o700 })
}

/** Aborts when the monitor has left an exit code. */
function watchEnd(exitFile: string): { readonly ended: AbortSignal; stop(): void } {
  const ended = new AbortController()
  const stop = new AbortController()
  const watch = async (): Promise<void> => {
    while (!stop.signal.aborted) {
      if (await exists(exitFile)) return ended.abort(new Error('The emulator ended.'))
      await sleep(exitPollMs)
    }
  }
  void watch()
  return { ended: ended.signal, stop: () => stop.abort() }
}

/** A kernel that panics takes its words with it a second later. */
function followBootLog({ paths }: LaunchPlan): { stop(): void } {
  const collect = () => void collectBootLog(monitorSocket(paths.run), paths.folder).catch(() => undefined)
  const timer = setInterval(collect, logMs)
  return { stop: () => clearInterval(timer) }
}

async function bootFailed({ paths }: LaunchPlan, cause: unknown): Promise<Error> {
  const words = await readFile(join(paths.run, scriptFiles.words), 'utf8').catch(() => '')
  const kernel = await readBootLog(paths.folder)
  const reason = cause instanceof Error ? cause.message : String(cause)
  const detail = [reason, words.trim(), kernel.trim().slice(-4096)].filter(Boolean).join('\n\n')
  return appError('start-failed', { part: 'boot' }, { detail, cause })
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
