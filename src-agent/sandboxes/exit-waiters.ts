import { appError } from '#contract/app-error'
import type { SandboxExit } from '#contract/sandbox'

/** Who waits for the end of which sandbox's run. */
export interface ExitWaiters {
  /** Rejects when the signal aborts, or the sandbox is gone without an end. */
  wait(id: string, signal?: AbortSignal): Promise<SandboxExit>
  /** Null: it was removed before it had run to its end. */
  resolve(id: string, exit: SandboxExit | null): void
}

type Waiter = (exit: SandboxExit | null) => void

export function createExitWaiters(): ExitWaiters {
  const waiters = new Map<string, Set<Waiter>>()
  return {
    wait: (id, signal) =>
      new Promise((resolve, reject) => {
        const abort = () => {
          waiters.get(id)?.delete(waiter)
          reject(appError('cancelled'))
        }
        const waiter: Waiter = (exit) => {
          signal?.removeEventListener('abort', abort)
          if (exit) resolve(exit)
          else reject(appError('sandbox-removed', { during: 'run' }))
        }
        waiters.set(id, (waiters.get(id) ?? new Set()).add(waiter))
        signal?.addEventListener('abort', abort, { once: true })
      }),
    resolve(id, exit) {
      const waiting = waiters.get(id)
      waiters.delete(id)
      for (const waiter of waiting ?? []) waiter(exit)
    },
  }
}
