import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '#contract/app-error'
import type { SandboxId } from '#contract/sandbox'
import type { MachineContext } from './machine-context.ts'

/** From the end of its connection a guest has this long to power off. */
const endMs = 10_000
const pollMs = 20

/**
 * Has the guest write out what it keeps back. One that is ending lets go of the connection first: it is waited for, and
 * is done with its disk once the machine has ended.
 */
export async function flushMachine(
  { channelOf, isOver }: Pick<MachineContext, 'channelOf' | 'isOver'>,
  id: SandboxId,
  patienceMs = endMs,
): Promise<void> {
  try {
    await (await channelOf(id)).flush()
  } catch (error) {
    const reason = error instanceof AppError ? error.wire.reason : null
    if (reason === 'machine-not-running' && (await isOver(id))) return
    if (reason !== 'guest-gone' || !(await comesWithin(patienceMs, () => isOver(id)))) throw error
  }
}

async function comesWithin(patienceMs: number, isThere: () => Promise<boolean>): Promise<boolean> {
  const until = performance.now() + patienceMs
  while (!(await isThere())) {
    if (performance.now() > until) return false
    await sleep(pollMs)
  }
  return true
}
