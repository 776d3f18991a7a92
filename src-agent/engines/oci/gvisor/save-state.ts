import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { type AppError, appError } from '#contract/app-error'
import { moveProcesses, removeCgroup } from '../../../base/kernel/cgroup-files.ts'
import { awaitMonitorGone, monitorFiles } from '../../conmon.ts'
import type { Driver, LaunchPlan, LiveSaving, Running, SavedState } from '../../driver.ts'
import type { Engine } from '../flavour.ts'
import { sealState } from './state-file.ts'
import { prepareSuccessor, type Successor, type SuccessorDeps } from './successor.ts'

interface SaveDeps extends SuccessorDeps {
  readonly engine: Engine
  readonly stateKey: string
  readonly cgroup: (id: string) => string
  readonly phase: Driver['phase']
  readonly config: (plan: LaunchPlan) => Record<string, unknown>
  /** Takes from the guest what cannot be saved; rejects where that is not possible. */
  readonly makeSavable: (plan: LaunchPlan, pid: number) => Promise<void>
}

type Options = Parameters<LiveSaving['saveState']>[2]

/**
 * A sentry ends when it has saved itself (runsc, boot/controller.go). So that the sandbox stands still for as short as can
 * be, its successor is there before. The first one's exit file is gone before the successor's guest runs; until this
 * resolves, an exit file says nothing about the sandbox.
 */
export async function saveState(
  deps: SaveDeps,
  plan: LaunchPlan,
  folder: string,
  { atRest, goOn, signal }: Options,
): Promise<SavedState> {
  const running = await readRunning(plan)
  if ((await deps.phase(plan.id)) !== 'running') throw notRunning()
  signal.throwIfAborted()
  if (!goOn) return saveAndEnd(deps, plan, folder, { atRest, running })
  const successor = await makeSuccessor(deps, plan, { folder, monitorPid: running.monitorPid, signal })
  try {
    await deps.makeSavable(plan, running.pid)
    signal.throwIfAborted()
  } catch (error) {
    await successor.stop()
    throw error
  }
  const began = performance.now()
  await successor.save()
  const [rest] = await Promise.allSettled([atRest()])
  const next = await successor.goOn()
  const pauseMs = performance.now() - began
  await sealState(folder, deps.stateKey)
  if (rest.status === 'rejected') throw rest.reason
  return { pauseMs, running: next }
}

async function makeSuccessor(
  deps: SaveDeps,
  plan: LaunchPlan,
  more: { readonly folder: string; readonly monitorPid: number; readonly signal: AbortSignal },
): Promise<Successor> {
  const key = randomBytes(4).toString('hex')
  const cgroup = deps.cgroup(plan.id)
  // In a cgroup of its own until it waits: in that of the sandbox it could be what is too much for the limits.
  const apart = `${cgroup}-again`
  const config = deps.config(plan)
  const linux = { ...(config['linux'] as Record<string, unknown>), cgroupsPath: apart }
  const wanted = { plan, config: { ...config, linux }, monitorPid: more.monitorPid, image: more.folder, key }
  const successor = await prepareSuccessor(deps, wanted, more.signal)
  try {
    await moveProcesses(apart, cgroup)
    await removeCgroup(apart)
    return successor
  } catch (error) {
    await successor.stop()
    throw error
  }
}

async function saveAndEnd(
  deps: SaveDeps,
  plan: LaunchPlan,
  folder: string,
  { atRest, running }: Pick<Options, 'atRest'> & { readonly running: Running },
): Promise<SavedState> {
  await deps.makeSavable(plan, running.pid)
  const began = performance.now()
  await deps.engine(['checkpoint', '--image-path', folder, deps.names.current(plan.id)])
  await awaitMonitorGone(monitorFiles(plan.paths.run).monitorPid, plan.id)
  await atRest()
  const pauseMs = performance.now() - began
  await sealState(folder, deps.stateKey)
  return { pauseMs, running }
}

async function readRunning({ paths }: LaunchPlan): Promise<Running> {
  const files = monitorFiles(paths.run)
  const [pid, monitorPid] = await Promise.all([files.pid, files.monitorPid].map(readNumber))
  if (pid && monitorPid) return { pid, monitorPid }
  throw notRunning()
}

/** What is paused cannot be made ready for it. */
function notRunning(): AppError {
  const message = 'Memory can be saved only while the sandbox runs. Start or resume it first.'
  return appError('conflict', 'not-running', message)
}

async function readNumber(file: string): Promise<number> {
  return Number.parseInt(await readFile(file, 'utf8').catch(() => ''), 10) || 0
}
