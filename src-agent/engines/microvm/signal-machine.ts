import { AppError, appError } from '#contract/app-error'
import type { SandboxId } from '#contract/sandbox'
import { signalNumber } from '../../base/kernel/signal-number.ts'
import type { MachineContext } from './machine-context.ts'
import type { MachineCgroup } from './qemu/machine-cgroup.ts'

/** A guest that runs acts on a signal at once; one that is killed has this long to write its disks out. */
const killMs = 6_000

/** KILL must work on a guest that does not listen, so a while after it the machine itself is ended. */
export async function sendSignal(context: MachineContext, id: SandboxId, name: string, all: boolean): Promise<void> {
  const number = signalNumber(name)
  if (number === null) throw appError('signal-unknown', { signal: name })
  if (await context.isOver(id)) return
  const cgroup = context.cgroupOf(id)
  if (number === 9) {
    await cgroup.thaw().catch(() => undefined)
    if (!(await context.records.isStarted(id))) return cgroup.kill()
    await killLater(context, id, cgroup)
  }
  try {
    await whileThawed(cgroup, async () => (await context.channelOf(id)).signal(all ? 'all' : 'main', number))
  } catch (error) {
    if (await context.isOver(id)) return
    if (number === 9) return cgroup.kill()
    const { wire } = AppError.from(error)
    if (wire.reason === 'process-gone') return
    throw appError('signal-failed', { signal: name }, { cause: error })
  }
}

/** What is frozen answers nothing, so a guest that is paused runs for the moment that it takes. */
export async function whileThawed<T>(cgroup: MachineCgroup, work: () => Promise<T>): Promise<T> {
  if (!(await cgroup.isFrozen())) return work()
  await cgroup.thaw()
  try {
    return await work()
  } finally {
    if ((await cgroup.processes()).length > 0) await cgroup.freeze()
  }
}

/** Of that very machine: the sandbox may have been started again by then. */
async function killLater(context: MachineContext, id: SandboxId, cgroup: MachineCgroup): Promise<void> {
  const wanted = await context.records.get(id)
  const end = async (): Promise<void> => {
    const record = await context.records.get(id)
    if (record?.pid === wanted?.pid && !(await context.hasEnded(id))) await cgroup.kill()
  }
  setTimeout(() => {
    end().catch((error: unknown) => context.deps.log.warn({ err: error, id }, 'a micro-VM could not be killed'))
  }, killMs).unref()
}
