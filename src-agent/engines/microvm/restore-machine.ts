import { AppError, appError } from '#contract/app-error'
import type { LaunchPlan, Running } from '../driver.ts'
import { type CreateDeps, findRunning, recordMachine } from './create-machine.ts'
import { guestIdentity, guestLimits } from './guest-config.ts'
import { type Booted, bootMachine } from './qemu/boot-machine.ts'
import type { MachineCgroup } from './qemu/machine-cgroup.ts'
import { joinMachine } from './qemu/machine-network.ts'
import { hostLimits, type MachineShape } from './qemu/machine-shape.ts'
import { damaged, memoryFile, readState } from './state/machine-state.ts'

export type RestoreDeps = Omit<CreateDeps, 'templates' | 'disks' | 'pool' | 'clear' | 'virtiofsd' | 'bwrap'> & {
  readonly stateKey: string
}

/** All of the memory comes from a file, and a slow disk may have others to serve. */
const patienceMs = 120_000

/**
 * A machine that goes on where another one was saved, as the sandbox of this plan: its processes are held until the guest
 * knows who it is. The caller takes back what is left of a failure.
 */
export async function restoreMachine(
  deps: RestoreDeps,
  plan: LaunchPlan,
  folder: string,
  options: { readonly cgroup: MachineCgroup; readonly signal: AbortSignal },
): Promise<Running> {
  const { cgroup, signal } = options
  const former = await findRunning(deps, plan, cgroup)
  if (former !== null && (await deps.records.isStarted(plan.id))) return former
  const begin = performance.now()
  const { shape } = await readState(folder, deps.stateKey, plan)
  if (plan.netns !== null) await joinMachine(deps.run, plan.netns)
  await cgroup.make(hostLimits(shape, plan.limits, deps.acceleration))
  const { running, channel } = await bring(deps, plan, shape, { ...options, state: memoryFile(folder) })
  deps.channels.keep(plan.id, channel)
  await recordMachine(deps.records, plan, shape, running)
  if (channel.hello.phase !== 'running') throw damaged(`its guest is ${channel.hello.phase}`)
  await channel.setLimits(guestLimits(plan, shape))
  const identity = await guestIdentity(plan)
  signal.throwIfAborted()
  await channel.goOn(identity)
  await deps.records.markStarted(plan.id)
  deps.log.info({ id: plan.id, ms: Math.round(performance.now() - begin) }, 'a micro-VM goes on from a saved state')
  return running
}

async function bring(
  deps: RestoreDeps,
  plan: LaunchPlan,
  shape: MachineShape,
  options: { readonly cgroup: MachineCgroup; readonly state: string; readonly signal: AbortSignal },
): Promise<Booted> {
  try {
    return await bootMachine(deps, plan, shape, { ...options, patienceMs, share: async () => undefined })
  } catch (error) {
    options.signal.throwIfAborted()
    const { reason, detail } = AppError.from(error).wire
    if (reason !== 'start-failed') throw error
    throw appError('restore-failed', {}, { ...(detail !== undefined && { detail }), cause: error })
  }
}
