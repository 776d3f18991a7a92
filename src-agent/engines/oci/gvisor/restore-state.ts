import { readdir, readFile } from 'node:fs/promises'
import { AppError, appError } from '#contract/app-error'
import { isMonitorOf } from '../../../base/kernel/host-process.ts'
import { monitorFiles } from '../../conmon.ts'
import type { LaunchPlan, Running } from '../../driver.ts'
import { resolveGrants } from '../grants.ts'
import type { GuestHelper } from './guest-helper.ts'
import { checkState } from './state-file.ts'

interface RestoreDeps {
  readonly stateKey: string
  readonly helper: GuestHelper
  /** Makes bundle, monitor and sentry, and has the guest go on from the image. */
  readonly begin: (plan: LaunchPlan, image: string, signal: AbortSignal) => Promise<Running>
  /** Ends and removes all of the sandbox but its disk. */
  readonly remove: (plan: LaunchPlan) => Promise<void>
}

const restoreMs = 120_000

/** The guest goes on, and has the name of the plan right after; on failure nothing is left. */
export async function restoreState(
  { stateKey, helper, begin, remove }: RestoreDeps,
  plan: LaunchPlan,
  folder: string,
  signal: AbortSignal,
): Promise<Running> {
  const until = AbortSignal.any([signal, AbortSignal.timeout(restoreMs)])
  try {
    await checkState(folder, stateKey, resolveGrants(plan).capabilities)
    until.throwIfAborted()
    const running = await begin(plan, folder, until)
    until.throwIfAborted()
    await helper.setHostname(plan.id, plan.paths, plan.hostname)
    return running
  } catch (error) {
    await endMonitor(plan)
    await remove(plan)
    throw toFailure(error, signal)
  }
}

function toFailure(error: unknown, signal: AbortSignal): AppError {
  if (signal.aborted) return AppError.from(signal.reason)
  const failure = AppError.from(error)
  if (failure.wire.reason !== 'start-failed') return failure
  const detail = failure.wire.detail ?? failure.wire.message
  if (/no such file or directory/i.test(detail)) {
    return appError('state-without-disk', {}, { detail, cause: error })
  }
  return appError('state-damaged', { engine: 'gvisor' }, { detail, cause: error })
}

/** A monitor that still has runsc at work would make what is just being removed. */
async function endMonitor({ id, paths }: LaunchPlan): Promise<void> {
  const pid = Number.parseInt(await readFile(monitorFiles(paths.run).monitorPid, 'utf8').catch(() => ''), 10)
  if (!(pid > 0) || !(await isMonitorOf(pid, id))) return
  for (const each of [pid, ...(await childrenOf(pid))]) {
    try {
      process.kill(each, 'SIGKILL')
    } catch {
      // Gone already.
    }
  }
}

async function childrenOf(pid: number): Promise<number[]> {
  const tasks = await readdir(`/proc/${pid}/task`).catch(() => [])
  const texts = await Promise.all(
    tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8').catch(() => '')),
  )
  const children = texts.flatMap((text) => text.split(' ').filter(Boolean).map(Number))
  return [...children, ...(await Promise.all(children.map(childrenOf))).flat()]
}
