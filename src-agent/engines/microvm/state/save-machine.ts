import { chmod, copyFile } from 'node:fs/promises'
import type { Logger } from 'pino'
import { AppError, appError } from '#contract/app-error'
import type { SandboxId } from '#contract/sandbox'
import { createStopwatch } from '../../../base/stopwatch.ts'
import type { LaunchPlan, LiveSaving, SavedState, SaveRefusal } from '../../driver.ts'
import type { GuestChannel } from '../guest/guest-types.ts'
import { bootLogFile, collectBootLog, templateLog } from '../qemu/boot-log.ts'
import { monitorSocket, socketFolder } from '../qemu/boot-machine.ts'
import type { MachineShape } from '../qemu/machine-shape.ts'
import { letMachineGoOn, migrateToFile } from '../qemu/migrate-machine.ts'
import type { MachineRecord, MachineRecords } from './machine-records.ts'
import { clearState, memoryFile, sealState } from './machine-state.ts'

export interface SaveDeps {
  readonly stateKey: string
  readonly acceleration: 'kvm' | 'tcg'
  readonly records: MachineRecords
  readonly channelOf: (id: SandboxId) => Promise<GuestChannel>
  /** Ends the machine at once. */
  readonly end: () => Promise<void>
  readonly log: Pick<Logger, 'debug' | 'info' | 'warn'>
}

type Options = Parameters<LiveSaving['saveState']>[2]

/** Says why the memory of such a machine cannot be saved. */
export function refusesSave({
  mounts,
  hostNetwork,
  grants,
}: Parameters<LiveSaving['refusesSave']>[0]): SaveRefusal | null {
  if (mounts.length > 0) return 'mounts'
  const usesHost = hostNetwork || grants.some(({ kind }) => kind === 'device' || kind === 'host-network')
  return usesHost ? 'hostParts' : null
}

/** Saves memory and devices of a running machine. The caller sees to it that nobody else saves it at the same time. */
export async function saveMachine(
  deps: SaveDeps,
  plan: LaunchPlan,
  folder: string,
  options: Options,
): Promise<SavedState> {
  const refusal = refusesSave(plan)
  if (refusal !== null) throw appError('live-not-possible', { why: refusal })
  const record = await deps.records.get(plan.id)
  if (record === null) throw appError('machine-not-running')
  const { network } = record
  if (network === undefined) throw tooOld()
  try {
    const seal = () =>
      sealState(folder, deps.stateKey, plan, { ...shapeFrom(plan, { ...record, network }), grants: record.grants })
    const pauseMs = await standStill(deps, plan, record, { ...options, folder, seal })
    deps.log.info({ id: plan.id, pauseMs: Math.round(pauseMs) }, "a micro-VM's memory was saved")
    return { pauseMs, running: { pid: record.pid, monitorPid: record.monitorPid } }
  } catch (error) {
    await clearState(folder)
    options.signal.throwIfAborted()
    throw (error as NodeJS.ErrnoException).code === 'ENOSPC' ? noRoom(error) : error
  }
}

function noRoom(cause: unknown): Error {
  return appError('no-space', {}, { cause })
}

function tooOld(): Error {
  return appError('needs-restart', { why: 'version' })
}

function shapeFrom(plan: LaunchPlan, machine: Omit<MachineShape, 'disks'>): MachineShape {
  const { memoryMebibytes, cpus, network } = machine
  return { memoryMebibytes, cpus, disks: plan.lowerFiles.length + 1, network }
}

/** What is saved, and the disk that the caller copies, are of one moment. Resolves with how long it was paused. */
async function standStill(
  { records, channelOf, acceleration, end, log }: SaveDeps,
  { id, paths }: LaunchPlan,
  { run }: MachineRecord,
  { folder, seal, atRest, goOn, signal }: Options & { readonly folder: string; readonly seal: () => Promise<void> },
): Promise<number> {
  const channel = await channelOf(id)
  // What was not written out is in the memory, but who looks at the copy of the disk alone shall find it there too.
  await untilAborted(channel.flush(), signal)
  await keepBootLog(run, paths.folder, folder)
  // Whom it runs as must reach the socket in it; there is no other way to that folder but its own.
  await chmod(socketFolder(run), 0o711)
  signal.throwIfAborted()
  await records.markHeld(id)
  const whileRunning = acceleration === 'kvm'
  let watch = createStopwatch()
  const beforeLast = async (): Promise<void> => {
    watch = createStopwatch()
    await channel.hold()
    watch.lap('holdMs')
    await channel.flush()
    watch.lap('flushMs')
  }
  try {
    await migrateToFile(socketFolder(run), memoryFile(folder), { signal, whileRunning, beforeLast })
    watch.lap('memoryMs')
    await atRest()
    watch.lap('diskMs')
    signal.throwIfAborted()
    // Before it is ended, all must be there; one that goes on need not wait for the medium.
    if (!goOn) await seal()
  } catch (error) {
    // What is on record as held is let go by the next call that needs it, should this not succeed.
    await letGo(records, id, run, async () => channel).catch((failure: unknown) => {
      log.warn({ err: AppError.from(failure).wire, id }, 'a micro-VM that was not saved does not go on')
    })
    throw error
  }
  if (goOn) await letGo(records, id, run, async () => channel)
  else await end()
  watch.lap('goOnMs')
  if (goOn) await seal()
  const parts = Object.entries(watch.laps())
  log.debug({ id, ...Object.fromEntries(parts.map(([name, ms]) => [name, Math.round(ms)])) }, 'a micro-VM was paused')
  return parts.reduce((sum, [, ms]) => sum + ms, 0)
}

/** Also one that an agent which was killed has left standing still. */
export async function letGo(
  records: MachineRecords,
  id: SandboxId,
  run: string,
  channel: () => Promise<Pick<GuestChannel, 'goOn'>>,
): Promise<void> {
  await letMachineGoOn(socketFolder(run))
  await (await channel()).goOn(null)
  await records.unmarkHeld(id)
}

/** A guest may take its time for an answer, or never give one. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = () => reject(signal.reason instanceof Error ? signal.reason : new Error('It was given up.'))
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

async function keepBootLog(run: string, from: string, to: string): Promise<void> {
  await collectBootLog(monitorSocket(run), from).catch(() => undefined)
  await copyFile(bootLogFile(from), templateLog(memoryFile(to))).catch(() => undefined)
}
