import { AppError, appError } from '#contract/app-error'
import type { SandboxId } from '#contract/sandbox'
import type { MachineCgroup } from './qemu/machine-cgroup.ts'
import type { MachineContext } from './machine-context.ts'
import { signalNumber } from '../../drivers/microvm/signal-number.ts'

/** A guest that runs acts on a signal at once; one that is killed has this long to write its disks out. */
const killMs = 6_000

/** KILL must work on a guest that does not listen, so a while after it the machine itself is ended. */
export async function sendSignal(context: MachineContext, id: SandboxId, name: string, all: boolean): Promise<void> {
  const number = signalNumber(name)
  if (number === null) throw appError('invalidRequest', 'signal-unknown', `There is no signal "${name}".`)
  if ((await context.records.get(id)) === null || (await context.hasEnded(id))) return
  const cgroup = context.cgroupOf(id)
  if (number === 9) {
    await cgroup.thaw().catch(() => undefined)
    if (!(await context.records.isStarted(id))) return cgroup.kill()
    await killLater(context, id, cgroup)
  }
  try {
    await (await context.channelOf(id)).signal(all ? 'all' : 'main', number)
  } catch (error) {
    if (await context.hasEnded(id)) return
    if (number === 9) return cgroup.kill()
    const { wire } = AppError.from(error)
    if (wire.reason === 'process-gone') return
    throw appError('engine', 'signal-failed', `The signal ${name} could not be sent.`, { cause: error })
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
