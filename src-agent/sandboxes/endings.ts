import { appError } from '#contract/app-error'
import type { SandboxExit } from '#contract/sandbox'
import type { Ending } from '../engines/driver.ts'
import { driverOf, type SandboxContext, withSandbox } from './context.ts'
import { describeExit } from './describe-exit.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { removeForGood, settleEnd } from './runs.ts'

/** Who waits for the end of a run, and what is told to them. */
export interface Endings {
  /** The end of the present run, or of the latest when it does not run. With removeOnExit: once it is removed. */
  of(id: string, signal?: AbortSignal): Promise<SandboxExit>
  /** Somebody reads the output of the run or waits for its end. One that removes itself waits a moment for the first. */
  interest(id: string): void
  /** The monitor has left an exit code: puts the end on record. Safe to call at any time, any number of times. */
  noticed(id: string): void
  /** For the holder of the sandbox's lock: puts the end on record as soon as it is there. False when it was not in time. */
  settleWithin(id: string, waitMs: number): Promise<boolean>
  /** For the holder of the lock: the monitor is gone, the process too; nobody knows the exit code. */
  settleLost(id: string): Promise<void>
  /** Tells those who still wait for a sandbox that was removed. */
  settle(id: string, exit: SandboxExit | null): void
}

type Waiter = (exit: SandboxExit | null) => void

/** From the answer to "create" until a client has attached: one that removes itself is not gone before. */
const firstInterestMs = 2_000
/** A safety net under the folder watch while somebody holds the lock and waits. */
const lookAgainMs = 250

export function createEndings(context: SandboxContext): Endings {
  const { records, lock } = context
  const waiters = new Map<string, Set<Waiter>>()
  const heralds = new Map<string, Set<() => void>>()
  const interests = new Set<string>()
  const arrivals = new Map<string, Set<() => void>>()

  const runs = (record: SandboxRecord): boolean => ['running', 'paused', 'stopping'].includes(record.sandbox.state)

  /** Under the lock. True when the run is over and on record. */
  const settleIfEnded = async (id: string): Promise<boolean> => {
    const record = records.get(id)
    if (!record || !runs(record)) return true
    const ending = await driverOf(context, record.sandbox.class).ending(id, context.folder.sandbox(id))
    if (!ending) return false
    const { startedAt } = record.sandbox
    await conclude(record, { ...ending, oomKills: Math.max(0, ending.oomKills - context.killsCaused(id, startedAt)) })
    return true
  }

  const conclude = async (record: SandboxRecord, ending: Ending) => {
    const { id, spec } = record.sandbox
    // Stopped to change its class or to be restored: it goes on afterwards, so it stays, and who waits for its end waits on.
    if (record.change || record.restore) return void (await settleEnd(context, record, ending))
    if (!spec.removeOnExit) return tell(id, await settleEnd(context, record, ending))
    const exit = describeExit(ending, spec.limits, record.stopAsked)
    const last = withSandbox(record, { state: 'removing', exit, pid: null })
    if (!interests.has(id) && !record.stopAsked) {
      records.put(last)
      await nextHint(arrivals, id, firstInterestMs)
    }
    const removal = removeForGood(context, last)
    tell(id, exit)
    context.background.run('a removal was not finished', removal)
  }

  const tell = (id: string, exit: SandboxExit | null) => {
    interests.delete(id)
    const waiting = waiters.get(id)
    waiters.delete(id)
    for (const waiter of waiting ?? []) waiter(exit)
  }

  return {
    of(id, signal) {
      const record = records.get(id)
      const exit = record?.sandbox.exit
      if (record && exit && ['stopped', 'created'].includes(record.sandbox.state)) return Promise.resolve(exit)
      return new Promise((resolve, reject) => {
        const abort = () => reject(appError('cancelled', 'cancelled', 'Cancelled.'))
        const waiter: Waiter = (told) => {
          signal?.removeEventListener('abort', abort)
          if (told) resolve(told)
          else reject(appError('notFound', 'sandbox-removed', 'The sandbox was removed before it had run to its end.'))
        }
        add(waiters, id, waiter)
        signal?.addEventListener('abort', () => waiters.get(id)?.delete(waiter), { once: true })
        signal?.addEventListener('abort', abort, { once: true })
      })
    },

    interest(id) {
      interests.add(id)
      for (const herald of arrivals.get(id) ?? []) herald()
    },

    noticed(id) {
      for (const herald of heralds.get(id) ?? []) herald()
      if (!records.get(id)) return
      // Whoever holds the lock may settle it (a stop), or may only now be putting on record that it runs (a start).
      lock
        .run(id, () => settleIfEnded(id))
        .catch((error: unknown) => context.log.error({ err: error, id }, 'could not settle an end'))
    },

    async settleWithin(id, waitMs) {
      const deadline = Date.now() + waitMs
      for (;;) {
        if (await settleIfEnded(id)) return true
        const left = deadline - Date.now()
        if (left <= 0) return false
        await nextHint(heralds, id, Math.min(left, lookAgainMs))
      }
    },

    async settleLost(id) {
      const record = records.get(id)
      if (record && runs(record)) await conclude(record, { code: null, oomKills: 0, at: context.now() })
    },

    settle: tell,
  }
}

function nextHint(heralds: Map<string, Set<() => void>>, id: string, waitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      heralds.get(id)?.delete(done)
      if (heralds.get(id)?.size === 0) heralds.delete(id)
      resolve()
    }
    const timer = setTimeout(done, waitMs)
    add(heralds, id, done)
  })
}

function add<T>(map: Map<string, Set<T>>, key: string, value: T): void {
  const set = map.get(key) ?? new Set<T>()
  set.add(value)
  map.set(key, set)
}
