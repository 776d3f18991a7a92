import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { type AppError, appError } from '#contract/app-error'
import { moveProcesses, removeCgroup } from '../../../base/kernel/cgroup-files.ts'
import { awaitMonitorGone, monitorFiles } from '../../conmon.ts'
import type { Driver, LaunchPlan, LiveSaving, Running, SavedState } from '../../driver.ts'
import type { Engine } from '../flavour.ts'
import { readCapabilities } from '../rights-file.ts'
import type { CodePatch } from './connections.ts'
import { sealState } from './state-file.ts'
import { prepareSuccessor, type Successor, type SuccessorDeps } from './successor.ts'

interface SaveDeps extends SuccessorDeps {
  readonly engine: Engine
  readonly stateKey: string
  readonly cgroup: (id: string) => string
  readonly phase: Driver['phase']
  readonly config: (plan: LaunchPlan) => Record<string, unknown>
  /** Takes from the guest what cannot be saved; rejects where that is not possible. What it changed of the sentry, if anything. */
  readonly makeSavable: (plan: LaunchPlan, pid: number) => Promise<CodePatch | null>
}

type Options = Parameters<LiveSaving['saveState']>[2]

/**
 * A sentry ends when it has saved itself (runsc, boot/controller.go). So that the sandbox is paused for as short as can
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
  const held = readCapabilities(plan.paths.run)
  if (!goOn) return saveAndEnd(deps, plan, folder, { atRest, running, held })
  const successor = await makeSuccessor(deps, plan, { folder, monitorPid: running.monitorPid, signal })
  const patch = await deps.makeSavable(plan, running.pid).catch(async (error: unknown) => {
    await successor.stop()
    throw error
  })
  if (signal.aborted) {
    await patch?.undo()
    await successor.stop()
    signal.throwIfAborted()
  }
  const began = performance.now()
  await endingWith(patch, () => successor.save())
  const [rest] = await Promise.allSettled([atRest()])
  const next = await successor.goOn()
  const pauseMs = performance.now() - began
  await sealState(folder, deps.stateKey, held)
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
  {
    atRest,
    running,
    held,
  }: Pick<Options, 'atRest'> & { readonly running: Running; readonly held: readonly string[] | null },
): Promise<SavedState> {
  const patch = await deps.makeSavable(plan, running.pid)
  const began = performance.now()
  await endingWith(patch, async () => {
    await deps.engine(['checkpoint', '--image-path', folder, deps.names.current(plan.id)])
  })
  await awaitMonitorGone(monitorFiles(plan.paths.run).monitorPid, plan.id)
  await atRest()
  const pauseMs = performance.now() - began
  await sealState(folder, deps.stateKey, held)
  return { pauseMs, running }
}

/** A sentry that was changed for its save, and does not end with it, is made what it was. */
export async function endingWith(patch: CodePatch | null, save: () => Promise<void>): Promise<void> {
  try {
    await save()
  } catch (error) {
    await patch?.undo()
    throw error
  }
  await patch?.forget()
}

async function readRunning({ paths }: LaunchPlan): Promise<Running> {
  const files = monitorFiles(paths.run)
  const [pid, monitorPid] = await Promise.all([files.pid, files.monitorPid].map(readNumber))
  if (pid && monitorPid) return { pid, monitorPid }
  throw notRunning()
}

/** What is paused cannot be made ready for it. */
function notRunning(): AppError {
  return appError('not-running')
}

async function readNumber(file: string): Promise<number> {
  return Number.parseInt(await readFile(file, 'utf8').catch(() => ''), 10) || 0
}
