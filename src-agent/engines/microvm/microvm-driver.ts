import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError, appError } from '#contract/app-error'
import type { RunLimits, SandboxId } from '#contract/sandbox'
import { signalNumber } from '../../base/kernel/signal-number.ts'
import type { SandboxPaths } from '../../state/sandbox-paths.ts'
import { awaitMonitorGone, findMonitored, monitorFiles } from '../conmon.ts'
import type { Abilities, Driver, Ending, LaunchPlan, LiveSaving } from '../driver.ts'
import { createMachine } from './create-machine.ts'
import { flushMachine } from './flush-machine.ts'
import { createGuestChannels, type GuestChannels } from './guest/guest-channels.ts'
import type { GuestChannel } from './guest/guest-types.ts'
import { readGuestFiles } from './guest-config.ts'
import { limitationsOf } from './limitations.ts'
import type { MachineContext, MicrovmDeps } from './machine-context.ts'
import { collectBootLog, kernelFrom, readBootLog } from './qemu/boot-log.ts'
import { controlSocket, hostSize, monitorSocket } from './qemu/boot-machine.ts'
import { readEngineMemory } from './qemu/engine-memory.ts'
import { readLastWords } from './qemu/last-words.ts'
import { readMachinePid } from './qemu/launch-machine.ts'
import { scriptFiles } from './qemu/launch-script.ts'
import { createMachineCgroup } from './qemu/machine-cgroup.ts'
import { leaveMachine } from './qemu/machine-network.ts'
import { guestBytes, hostLimits, usualShape } from './qemu/machine-shape.ts'
import { restoreMachine } from './restore-machine.ts'
import { sendSignal, whileThawed } from './signal-machine.ts'
import { createHolding, type Holding } from './state/holding.ts'
import { createMachineRecords, type MachineRecord } from './state/machine-records.ts'
import { refusesSave, saveMachine } from './state/save-machine.ts'

export type MicrovmDriver = Driver & Abilities & { close(): void }

/** Runs `microvm` sandboxes by QEMU, one for each, with a kernel and process 1 of ours (guest/). */
export function createMicrovmDriver(deps: MicrovmDeps): MicrovmDriver {
  const parts = connectParts(deps)
  const { context, clear } = parts
  return {
    name: 'qemu',
    class: 'microvm',
    disk: 'image',
    sharesProcesses: false,
    mapsIds: 'mounts',
    limitations: limitationsOf(deps.acceleration, usualShape(hostSize()).memoryMebibytes),
    cgroup: (id) => cgroupPath(deps, id),
    close: parts.channels.closeAll,
    ...createRuns(parts),
    update: (id, limits) => updateLimits(context, id, limits),
    findProcesses,
    ending: (id, paths) => readEnding(context, id, paths),
    remove: (id, paths) => takeBack(context, id, paths, clear),
    ...createGuestRequests(parts),
    ...createSaving(parts),
  }
}

/** What the monitor watches is the shell around the machine; the machine's own number is in the report of its start. */
const findProcesses: Driver['findProcesses'] = async (id, { run }, recorded) => {
  const found = await findMonitored(id, run, recorded)
  return found && { ...found, pid: (await readMachinePid(run)) ?? found.pid }
}

const cgroupPath = ({ cgroupParent }: Pick<MicrovmDeps, 'cgroupParent'>, id: SandboxId) => `${cgroupParent}/${id}`

/** What the methods of the driver share, of all machines of one agent. */
interface Parts {
  readonly context: MachineContext
  readonly channels: GuestChannels
  readonly holding: Holding
  /** The record of a machine that must be there. */
  need(id: SandboxId): Promise<MachineRecord>
  /** Without letting go first of one that was left standing still. */
  openChannel(id: SandboxId): Promise<GuestChannel>
  /** Ends what runs of it. */
  clear(id: SandboxId, run: string): Promise<void>
  /** Takes back what a failed attempt has left, and fails as that did. */
  giveUp(plan: LaunchPlan, error: unknown): Promise<never>
}

function connectParts(deps: MicrovmDeps): Parts {
  const records = createMachineRecords(deps.recordsFolder)
  const hasEnded = (id: SandboxId): Promise<boolean> => exists(join(deps.exits, id))
  const isOver = async (id: SandboxId): Promise<boolean> => (await hasEnded(id)) || (await records.get(id)) === null
  const channels = createGuestChannels({ isOver })
  const cgroupOf = (id: SandboxId) => createMachineCgroup(cgroupPath(deps, id), deps.cgroups)
  const clear = async (id: SandboxId, run: string): Promise<void> => {
    channels.close(id)
    await cgroupOf(id).kill()
    const { monitorPid, pid } = monitorFiles(run)
    await awaitMonitorGone(monitorPid, id)
    // Where the monitor was killed, the script that it started still saves the last words.
    await awaitMonitorGone(pid, id)
  }
  const need = async (id: SandboxId): Promise<MachineRecord> => (await records.get(id)) ?? refuseAbsent()
  const openChannel = async (id: SandboxId): Promise<GuestChannel> =>
    channels.open(id, controlSocket((await need(id)).run))
  const isFrozen = (id: SandboxId) => cgroupOf(id).isFrozen()
  const holding = createHolding({ records, openChannel, isFrozen, log: deps.log })
  const channelOf = async (id: SandboxId): Promise<GuestChannel> => {
    await holding.letGoOfLeft(id)
    return openChannel(id)
  }
  const context: MachineContext = { deps, records, cgroupOf, channelOf, hasEnded, isOver }
  const giveUp = async ({ id, paths, netns }: LaunchPlan, error: unknown): Promise<never> => {
    const undo = async () => {
      await takeBack(context, id, paths, clear)
      if (netns !== null) await leaveMachine(deps.run, netns)
    }
    // Why it failed counts more than what is left of it, which is found at the next start.
    await undo().catch((left: unknown) => {
      deps.log.warn({ err: AppError.from(left).wire, id }, 'something of a micro-VM that did not come up is left')
    })
    throw AppError.from(error)
  }
  return { context, channels, holding, need, openChannel, clear, giveUp }
}

/** From nothing to running, and what runs in it. */
function createRuns({ context, channels, need, clear, giveUp }: Parts) {
  const { deps, records, cgroupOf, channelOf } = context
  return {
    async create(plan, signal) {
      try {
        const clearRun = (id: SandboxId) => clear(id, plan.paths.run)
        return await createMachine({ ...deps, records, channels, clear: clearRun }, plan, cgroupOf(plan.id), signal)
      } catch (error) {
        return giveUp(plan, error)
      }
    },

    async start(id) {
      const record = await need(id)
      const channel = await channelOf(id)
      const begin = performance.now()
      await channel.startMain(record.process, { stdin: record.stdin || record.tty })
      deps.log.debug({ id, mainMs: Math.round(performance.now() - begin) }, 'a micro-VM runs its command')
      await records.markStarted(id)
    },

    kill: (id, signal, options) => sendSignal(context, id, signal, options?.all ?? false),

    async pause(id) {
      await cgroupOf(id).freeze()
    },

    async resume(id) {
      await cgroupOf(id).thaw()
      await (await channelOf(id)).renew()
    },

    async exec(_paths, id, process) {
      return {
        kind: 'guest',
        open: async (options) => (await channelOf(id)).exec(process, options),
        dispose: async () => undefined,
      }
    },
  } satisfies Partial<Driver>
}

/** What is requested of a machine and its guest, and what the guest is to do. */
function createGuestRequests({ context, holding }: Parts) {
  const { records, cgroupOf, channelOf, hasEnded } = context
  return {
    async phase(id) {
      const phase = await readPhase(context, id)
      // An agent that was killed while it saved the machine has left it standing still.
      if (phase === 'running') await holding.letGoOfLeft(id).catch((error: unknown) => warnHeld(context, id, error))
      return phase
    },

    async refreshFiles(id, paths) {
      await (await channelOf(id)).setFiles(await readGuestFiles(paths.folder))
    },

    async resizeMain(id, _paths, columns, rows) {
      await (await channelOf(id)).resizeMain(columns, rows)
    },

    async bootLog(id, paths) {
      const record = await records.get(id)
      if (record && !(await hasEnded(id))) {
        await collectBootLog(monitorSocket(record.run), paths.folder).catch(() => undefined)
      }
      const text = await readBootLog(paths.folder)
      const kernel = kernelFrom(text) ?? (record ? await kernelRelease(context, id) : null)
      return { kernel, text }
    },

    flushDisk: (id) => flushMachine(context, id),

    async handlesSignal(id, signal) {
      const number = signalNumber(signal)
      return number !== null && (await channelOf(id)).handlesSignal(number)
    },

    async engineMemory(id) {
      const [record, inUse] = [await records.get(id), await cgroupOf(id).memoryInUse()]
      if (!record || inUse === null) return null
      return readEngineMemory(record.pid, inUse, guestBytes(record))
    },
  } satisfies Partial<MicrovmDriver>
}

/** Saves memory and devices, and begins from what was saved. */
function createSaving({ context, channels, holding, openChannel, giveUp }: Parts) {
  const { deps, records, cgroupOf } = context
  return {
    stateKey: deps.stateKey,
    refusesSave,

    async saveState(plan, folder, options) {
      const cgroup = cgroupOf(plan.id)
      if (await cgroup.isFrozen()) throw refusePaused()
      const { stateKey, acceleration, log } = deps
      const saving = { stateKey, acceleration, records, channelOf: openChannel, end: cgroup.kill, log }
      return holding.during(plan.id, () => saveMachine(saving, plan, folder, options))
    },

    async restoreState(plan, folder, signal) {
      try {
        return await restoreMachine({ ...deps, records, channels }, plan, folder, { cgroup: cgroupOf(plan.id), signal })
      } catch (error) {
        return giveUp(plan, error)
      }
    },
  } satisfies LiveSaving
}

async function kernelRelease(context: MachineContext, id: SandboxId): Promise<string | null> {
  if (await context.hasEnded(id)) return null
  return context.channelOf(id).then(
    (channel) => channel.hello.kernelRelease.replace(/[^\w.+~-]/g, '').slice(0, 64),
    () => null,
  )
}

/** The guest first: it alone knows whether its processes fit. The host's limits follow from what it agreed to. */
async function updateLimits({ deps, records, cgroupOf, channelOf }: MachineContext, id: SandboxId, limits: RunLimits) {
  const record = await records.get(id)
  if (record === null) return refuseAbsent()
  const boot = guestBytes(record)
  if (limits.memoryBytes !== null && limits.memoryBytes > boot) throw tooLarge(boot)
  const memoryBytes = limits.memoryBytes === boot ? null : limits.memoryBytes
  const cgroup = cgroupOf(id)
  await whileThawed(cgroup, async () => (await channelOf(id)).setLimits({ memoryBytes, pids: limits.pids }))
  await cgroup.limit(hostLimits(record, limits, deps.acceleration))
}

function tooLarge(bootBytes: number): Error {
  const mebibytes = Math.floor(bootBytes / 2 ** 20)
  return appError('needs-restart', { why: 'memory', mebibytes })
}

async function readPhase({ records, cgroupOf, hasEnded }: MachineContext, id: SandboxId) {
  if ((await records.get(id)) === null) return 'absent'
  const cgroup = cgroupOf(id)
  if ((await hasEnded(id)) || (await cgroup.processes()).length === 0) return 'stopped'
  if (await cgroup.isFrozen()) return 'paused'
  return (await records.isStarted(id)) ? 'running' : 'created'
}

/** The guest's last words have the code. Without them the machine was killed or crashed, which is the end of a KILL too. */
async function readEnding({ deps }: MachineContext, id: SandboxId, paths: SandboxPaths): Promise<Ending | null> {
  const file = join(deps.exits, id)
  const at = await stat(file).then(
    ({ mtime }) => mtime,
    () => null,
  )
  if (at === null) return null
  const words = await readLastWords(join(paths.run, scriptFiles.status))
  const killed = await deps.countOomKills(`${deps.cgroupParent}/${id}`)
  return { code: words?.code ?? 137, oomKills: (words?.oomKills ?? 0) + killed, at }
}

/** Ends what runs and removes what there is. Absent is no error. */
async function takeBack(
  { deps, records, cgroupOf }: MachineContext,
  id: SandboxId,
  paths: SandboxPaths,
  clear: (id: SandboxId, run: string) => Promise<void>,
): Promise<void> {
  await clear(id, paths.run)
  await cgroupOf(id).remove()
  await rm(join(deps.exits, id), { force: true })
  await rm(paths.run, { recursive: true, force: true })
  await records.remove(id)
}

function warnHeld({ deps }: MachineContext, id: SandboxId, error: unknown): void {
  deps.log.warn({ err: AppError.from(error).wire, id }, 'a micro-VM that is paused does not go on')
}

function refusePaused(): Error {
  return appError('sandbox-paused')
}

function refuseAbsent(): never {
  throw appError('machine-not-running')
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
