import { existsSync } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import { AppError, appError } from '#contract/app-error'
import type { SandboxId } from '#contract/sandbox'
import type { Run } from '../../base/process/run.ts'
import { createStopwatch } from '../../base/stopwatch.ts'
import type { DiskConverter } from '../../storage/ext4/ext4-disk.ts'
import type { LaunchPlan, Running } from '../driver.ts'
import type { GuestChannels } from './guest/guest-channels.ts'
import { guestConfig } from './guest-config.ts'
import { collectBootLog } from './qemu/boot-log.ts'
import { type BootDeps, type Booted, bootMachine, hostSize, monitorSocket } from './qemu/boot-machine.ts'
import type { MachineCgroup } from './qemu/machine-cgroup.ts'
import { joinMachine } from './qemu/machine-network.ts'
import { hostLimits, type MachineShape, shapeOf } from './qemu/machine-shape.ts'
import { freeSlots } from './qemu/qemu-arguments.ts'
import { type ShareDeps, shareFolders } from './qemu/share-folders.ts'
import type { MachineRecords } from './state/machine-records.ts'
import { grantsInside } from './state/machine-state.ts'
import type { DiskPool } from './template/disk-pool.ts'
import type { Templates } from './template/templates.ts'

export interface CreateDeps extends BootDeps, ShareDeps {
  readonly run: Run
  /** What root in a sandbox may do where nothing is granted, in every class. */
  readonly capabilities: readonly string[]
  readonly records: MachineRecords
  readonly channels: GuestChannels
  readonly templates: Templates
  readonly disks: Pick<DiskConverter, 'makeDisk' | 'growDisk'>
  readonly pool: Pick<DiskPool, 'take' | 'refill'>
  readonly log: Pick<Logger, 'debug' | 'info' | 'warn'>
  /** Takes back what a failed attempt has left. */
  readonly clear: (id: SandboxId) => Promise<void>
}

/** Everything up to a guest that is the sandbox and could run its command. The caller takes back what is left of a failure. */
export async function createMachine(
  deps: CreateDeps,
  plan: LaunchPlan,
  cgroup: MachineCgroup,
  signal: AbortSignal,
): Promise<Running> {
  const former = await findRunning(deps, plan, cgroup)
  if (former !== null) return former
  const shape = shapeOf(plan, hostSize())
  refuseImpossible(plan, shape)
  const watch = createStopwatch()
  // Waits for both even where one fails: what is taken back afterwards must not come into being later.
  const parts = await Promise.allSettled([
    ensureDisk(deps, plan, signal),
    plan.netns === null ? Promise.resolve() : joinMachine(deps.run, plan.netns),
  ])
  for (const part of parts) if (part.status === 'rejected') throw part.reason
  watch.lap('prepare')
  const { running, channel, launchMs } = await launchMachine(deps, plan, shape, { cgroup, signal })
  watch.lap('machine')
  deps.channels.keep(plan.id, channel)
  await recordMachine(deps.records, plan, shape, running)
  const config = await guestConfig(plan, shape, deps.capabilities)
  watch.lap('record')
  await channel.configure(config)
  await channel.check(plan.process)
  watch.lap('configure')
  signal.throwIfAborted()
  deps.log.debug({ id: plan.id, ...partsOf(watch.laps(), launchMs) }, 'a micro-VM was made')
  deps.pool.refill()
  // Not awaited: it costs time, and nobody reads it yet.
  void collectBootLog(monitorSocket(plan.paths.run), plan.paths.folder).catch(() => undefined)
  return running
}

/** Created twice is created once. What is left of a machine that has ended is not that. */
export async function findRunning(
  { records, exits }: Pick<CreateDeps, 'records' | 'exits'>,
  { id }: LaunchPlan,
  cgroup: MachineCgroup,
): Promise<Running | null> {
  const record = await records.get(id)
  if (record === null || existsSync(join(exits, id)) || (await cgroup.processes()).length === 0) return null
  return { pid: record.pid, monitorPid: record.monitorPid }
}

/** What an agent must know of it that comes after this one. */
export async function recordMachine(
  records: MachineRecords,
  plan: LaunchPlan,
  shape: MachineShape,
  running: Running,
): Promise<void> {
  const { run, folder } = plan.paths
  const { argv, env, additionalGids, ulimits = [], tty } = plan.process
  const lists = { argv: [...argv], env: [...env], additionalGids: [...additionalGids], ulimits: [...ulimits] }
  const process = { ...plan.process, ...lists }
  const { memoryMebibytes, cpus, network } = shape
  const machine = { memoryMebibytes, cpus, network, grants: grantsInside(plan) }
  await records.put(plan.id, { run, folder, ...running, ...machine, stdin: plan.stdin, tty, process })
}

/** From a template where there is one; booted where not, or where it fails. */
async function launchMachine(
  deps: CreateDeps,
  plan: LaunchPlan,
  shape: MachineShape,
  { cgroup, signal }: { readonly cgroup: MachineCgroup; readonly signal: AbortSignal },
): Promise<Booted> {
  const state = plan.mounts.length === 0 ? await deps.templates.find(shape) : null
  if (state !== null) {
    try {
      return await attempt(deps, plan, shape, { cgroup, state, signal })
    } catch (error) {
      signal.throwIfAborted()
      deps.log.warn({ err: AppError.from(error).wire, shape }, 'a template did not come up; the micro-VM boots instead')
      await deps.templates.discard(shape)
      await deps.clear(plan.id)
    }
  }
  try {
    return await attempt(deps, plan, shape, { cgroup, state: null, signal })
  } catch (error) {
    // An emulated processor on a busy machine now and then misses what the kernel waits for.
    signal.throwIfAborted()
    const { wire } = AppError.from(error)
    if (wire.code === 'refused') throw error
    deps.log.warn({ err: wire, shape }, 'a micro-VM did not come up; it is tried once more')
    await deps.clear(plan.id)
    return attempt(deps, plan, shape, { cgroup, state: null, signal })
  }
}

async function attempt(
  deps: CreateDeps,
  plan: LaunchPlan,
  shape: MachineShape,
  options: { readonly cgroup: MachineCgroup; readonly state: string | null; readonly signal: AbortSignal },
): Promise<Booted> {
  await options.cgroup.make(hostLimits(shape, plan.limits, deps.acceleration))
  return bootMachine(deps, plan, shape, {
    ...options,
    share: (sockets) => shareFolders(deps, plan, sockets, options.cgroup),
  })
}

/** What of the time was the agent's, and what that of the machine and its guest: only the former can be shortened here. */
function partsOf(laps: Readonly<Record<string, number>>, launchMs: number): Record<string, number> {
  const { prepare = 0, machine = 0, record = 0, configure = 0 } = laps
  const parts = {
    prepareMs: prepare,
    launchMs,
    machineMs: machine - launchMs,
    recordMs: record,
    configureMs: configure,
  }
  const all = { ...parts, agentMs: prepare + launchMs + record }
  return Object.fromEntries(Object.entries(all).map(([name, ms]) => [name, Math.round(ms * 10) / 10]))
}

async function ensureDisk(
  { disks, pool }: CreateDeps,
  { paths, lowers, diskBytes: bytes }: LaunchPlan,
  signal: AbortSignal,
): Promise<void> {
  const isThere = await access(paths.disk).then(
    () => true,
    () => false,
  )
  if (isThere) {
    if (bytes !== null) await disks.growDisk({ disk: paths.disk, bytes, signal })
    return
  }
  const root = lowers[0] === undefined ? { uid: 0, gid: 0, mode: 0o755 } : await stat(lowers[0])
  const { uid, gid, mode } = root
  const wanted = { uid, gid, mode: mode & 0o7777 }
  if (bytes === null && (await pool.take(paths.disk, wanted))) return
  await disks.makeDisk({ disk: paths.disk, from: { root: wanted }, bytes, signal })
}

function refuseImpossible(plan: LaunchPlan, shape: MachineShape): void {
  if (plan.hostNetwork || plan.grants.some(({ kind }) => kind === 'device' || kind === 'host-network')) {
    throw appError('grant-not-possible')
  }
  const room = freeSlots(shape.network) - shape.disks
  if (plan.mounts.length > room) {
    throw appError('too-many-mounts', { room: Math.max(0, room), wanted: plan.mounts.length })
  }
}
