import { appError } from '#contract/app-error'
import { networksOf } from '#contract/networks-of'
import { notice } from '#contract/notice'
import type { Fact } from '#contract/observe'
import type { Sandbox } from '#contract/sandbox'
import { sentence } from '#contract/sentence'
import { explainFailure } from '../base/failures/machine-failure.ts'
import { signalNumber } from '../base/kernel/signal-number.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { withSandbox } from '../state/records/sandbox-records.ts'
import { removeForGood } from './cleanup.ts'
import { unseenExit } from './describe-exit.ts'
import { endMainProcess, stopSignalOf } from './end-process.ts'
import type { Endings } from './endings.ts'
import { driverOf } from './find-driver.ts'
import type { HostsFiles } from './hosts-files.ts'
import { type LaunchDeps, launch } from './launch.ts'
import { adoptPending } from './pending.ts'
import { requireState } from './require-state.ts'

/** What moves a sandbox from one state to another. All of it is for the holder of the sandbox's lock. */
export interface SandboxMovesDeps extends LaunchDeps {
  readonly endings: Endings
  readonly hosts: Pick<HostsFiles, 'settled'>
}

export const sigKill = 9
const alive = ['running', 'paused', 'stopping']

/** Whether there is a main process that a signal would reach. */
export const isAlive = ({ sandbox }: SandboxRecord): boolean => alive.includes(sandbox.state)

/** On failure it is what it was, with the reason on record. Running already: not an error. */
export async function startRecord(
  deps: SandboxMovesDeps,
  record: SandboxRecord,
  signal: AbortSignal,
): Promise<Sandbox> {
  const { records } = deps
  const { id, state, class: of } = record.sandbox
  if (state === 'running') return record.sandbox
  requireState(record, ['created', 'stopped'], 'started')
  driverOf(deps, of)
  // After an end that nobody saw it is adopted only now.
  const resting = { ...record, startsAgain: false }
  const starting = withSandbox(resting, { ...adoptPending(record.sandbox), state: 'starting', restartsAt: null })
  records.put(starting)
  try {
    const running = await launch(deps, starting, AbortSignal.any([signal, deps.signal]))
    records.put(running)
    if (networksOf(running.sandbox.spec).length > 0) await deps.hosts.settled()
    return running.sandbox
  } catch (error) {
    const said = sentence('exit-not-started', { after: 'start', why: explainFailure(error).wire })
    const exit = unseenExit('start-failed', said, deps.now())
    records.put(withSandbox(resting, { state, exit, restartsAt: null }))
    deps.endings.resolveWaiters(id, exit)
    throw error
  }
}

/** How one stop is to be. */
export interface StopWish {
  /** Absent: as long as the sandbox has it. */
  readonly graceMs?: number | undefined
  /** Sent first; absent: its stop signal. */
  readonly signal?: string | undefined
}

/** Resolves when the end is on record. Stopped already: not an error. */
export async function stopRecord(
  deps: SandboxMovesDeps,
  record: SandboxRecord,
  { graceMs = record.sandbox.spec.stopGraceMs, signal }: StopWish = {},
): Promise<Sandbox> {
  if (signal !== undefined) requireSignal(signal)
  const { sandbox } = record
  const asked = signal === undefined ? sandbox : { ...sandbox, spec: { ...sandbox.spec, stopWith: signal } }
  if (sandbox.state === 'stopped' || sandbox.state === 'created') return leaveStopped(deps, record)
  requireState(record, alive, 'stopped')
  const stopping = { ...withSandbox(record, { state: 'stopping' }), stopAsked: true }
  deps.records.put(stopping, graceMs > 0 ? replacedSignal(deps, asked) : [])
  await endOrGoOn(deps, { ...record, sandbox: asked }, graceMs)
  return shown(deps, { ...sandbox, state: 'stopped' })
}

/** Where the engine cannot end it, it runs on, and that is what the record says. */
async function endOrGoOn(deps: SandboxMovesDeps, record: SandboxRecord, graceMs: number): Promise<void> {
  try {
    await endMainProcess(deps, deps.endings, record, graceMs)
  } catch (error) {
    const left = deps.records.get(record.sandbox.id)
    const { state } = record.sandbox
    // It may have ended meanwhile, by itself or by another request.
    if (left && isAlive(left)) deps.records.put({ ...withSandbox(left, { state }), stopAsked: record.stopAsked })
    throw error
  }
}

/** One that waits to be started again by its policy waits no more. */
function leaveStopped({ records }: Pick<SandboxMovesDeps, 'records'>, record: SandboxRecord): Sandbox {
  if (record.sandbox.restartsAt === null) return record.sandbox
  const left = withSandbox(record, { restartsAt: null })
  records.put({ ...left, endWanted: true })
  return left.sandbox
}

/** What people should know where the image's own signal cannot be sent. */
function replacedSignal(deps: SandboxMovesDeps, sandbox: Sandbox): Fact[] {
  const { named, isReplaced } = stopSignalOf(deps, sandbox)
  if (!isReplaced || named === null) return []
  const { name, class: own } = sandbox
  return [notice('stop-signal-not-in-class', { name, signal: named, class: own })]
}

export async function restartRecord(
  deps: SandboxMovesDeps,
  record: SandboxRecord,
  wish: StopWish,
  signal: AbortSignal,
): Promise<Sandbox> {
  await stopToStartAgain(deps, record, wish)
  const stopped = deps.records.get(record.sandbox.id)
  if (!stopped) throw appError('removed-on-exit')
  return startRecord(deps, stopped, signal)
}

/** Stops what the same request starts again. That it is to be started is on record before, should the agent die meanwhile. */
export async function stopToStartAgain(
  deps: SandboxMovesDeps,
  record: SandboxRecord,
  wish: StopWish = {},
): Promise<void> {
  const { records } = deps
  const { id } = record.sandbox
  const marked = { ...record, startsAgain: true }
  records.put(marked)
  try {
    await stopRecord(deps, marked, wish)
  } catch (error) {
    const left = records.get(id)
    if (left) records.put({ ...left, startsAgain: false })
    throw error
  }
}

/** The number of a signal that there is. */
export function requireSignal(signal: string): number {
  const number = signalNumber(signal)
  if (number === null) throw appError('signal-unknown', { signal })
  return number
}

/** Beyond KILL the kernel, or a machine, needs a moment. */
const killPatienceMs = 15_000

/** After KILL it resolves when the end is on record, so that what comes next finds it stopped. */
export async function killRecord(
  deps: Pick<SandboxMovesDeps, 'records' | 'drivers' | 'endings' | 'images'>,
  record: SandboxRecord,
  number: number,
): Promise<Sandbox> {
  requireState(record, alive, 'signalled')
  const { id, state } = record.sandbox
  const driver = driverOf(deps, record.sandbox.class)
  const { highestSignal = number } = driver
  if (number > highestSignal) {
    const params = { signal: String(number), class: record.sandbox.class, highest: highestSignal }
    throw appError('signal-not-in-class', params)
  }
  const isKill = number === sigKill
  // Who ends it by hand does not want it back, however it ends.
  const endWanted = isKill || number === stopSignalOf(deps, record.sandbox).number
  if (endWanted) deps.records.put({ ...record, stopAsked: record.stopAsked || isKill, endWanted })
  await driver.kill(id, String(number))
  // A frozen process does not die before it is thawed; a frozen machine does.
  if (isKill && state === 'paused' && (await driver.phase(id)) === 'paused') await driver.resume(id)
  if (isKill) await deps.endings.settleWithin(id, killPatienceMs)
  return shown(deps, record.sandbox)
}

export async function pauseRecord(
  deps: Pick<SandboxMovesDeps, 'records' | 'drivers'>,
  record: SandboxRecord,
  why: Pick<Sandbox, 'pausedFor'> = { pausedFor: null },
  facts: readonly Fact[] = [],
): Promise<Sandbox> {
  if (record.sandbox.state === 'paused') return record.sandbox
  requireState(record, ['running'], 'paused')
  await driverOf(deps, record.sandbox.class).pause(record.sandbox.id)
  deps.records.put(withSandbox(record, { state: 'paused', ...why }), facts)
  return shown(deps, record.sandbox)
}

export async function resumeRecord(
  deps: Pick<SandboxMovesDeps, 'records' | 'drivers'>,
  record: SandboxRecord,
): Promise<Sandbox> {
  if (record.sandbox.state === 'running') return record.sandbox
  requireState(record, ['paused'], 'resumed')
  await driverOf(deps, record.sandbox.class).resume(record.sandbox.id)
  deps.records.put(withSandbox(record, { state: 'running' }))
  return shown(deps, record.sandbox)
}

/** By force also what runs, which ends at once; with `volumes` those that were made for it go too. */
export async function removeRecord(
  deps: SandboxMovesDeps,
  record: SandboxRecord,
  { force, volumes }: { readonly force: boolean; readonly volumes: boolean },
): Promise<{ id: string }> {
  const { id, name, state } = record.sandbox
  const runs = alive.includes(state)
  if (runs && !force) throw appError('sandbox-runs', { name, state })
  if (runs) {
    deps.records.put({ ...record, stopAsked: true })
    await endOrGoOn(deps, record, 0)
  }
  const left = deps.records.get(id)
  if (left) await removeForGood(deps, { ...left, volumesToo: volumes })
  deps.endings.resolveWaiters(id, left?.sandbox.exit ?? null)
  return { id }
}

/** As it is now, or as it was where it is gone. */
function shown({ records }: Pick<SandboxMovesDeps, 'records'>, fallback: Sandbox): Sandbox {
  return records.get(fallback.id)?.sandbox ?? fallback
}
