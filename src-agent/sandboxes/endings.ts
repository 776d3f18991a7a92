import type { SandboxExit } from '#contract/sandbox'
import { createHints } from '../base/async/hints.ts'
import type { KeyedLock } from '../base/async/locks.ts'
import type { Ending } from '../engines/driver.ts'
import type { SandboxRecord } from '../state/records/sandbox-records.ts'
import { withSandbox } from '../state/records/sandbox-records.ts'
import { type CleanupDeps, removeForGood, settleEnd } from './cleanup.ts'
import { describeExit } from './describe-exit.ts'
import { createPatience, type Patience } from './exit-patience.ts'
import { createExitWaiters } from './exit-waiters.ts'
import { driverOf } from './find-driver.ts'

interface Deps extends CleanupDeps {
  readonly lock: KeyedLock
  readonly now: () => Date
  /** Kills for want of memory in this run that the agent's own check from inside has provoked. */
  readonly killsCaused: (id: string, startedAt: string | null) => number
}

/** Who waits for the end of a run, and what they learn. */
export interface Endings extends Patience {
  /** The end of the present run, or of the latest when it does not run. With removeOnExit: once it is removed. */
  waitForExit(id: string, signal?: AbortSignal): Promise<SandboxExit>
  /** Somebody reads the output of the run or waits for its end. One that removes itself waits a moment for the first. */
  expectReader(id: string): void
  /** The monitor has left an exit code: puts the end on record. Safe to call at any time, any number of times. */
  onExitFile(id: string): void
  /** For the holder of the lock: the monitor is gone, the process too; nobody knows the exit code. */
  settleLost(id: string): Promise<void>
  /** Notifies those who still wait for a sandbox that was removed. */
  resolveWaiters(id: string, exit: SandboxExit | null): void
}

/** From the answer to "create" until a client has attached: one that removes itself is not gone before. */
const firstReaderMs = 2_000

export function createEndings(deps: Deps): Endings {
  const { records, lock } = deps
  const waiters = createExitWaiters()
  const exitHints = createHints()
  const readers = createReaders()
  const resolveWaiters: Endings['resolveWaiters'] = (id, exit) => {
    readers.forget(id)
    waiters.resolve(id, exit)
  }
  const conclude = (record: SandboxRecord, ending: Ending) =>
    concludeRun(deps, { readers, resolveWaiters }, record, ending)

  /** Under the lock. True when the run is over and on record. */
  const settleIfEnded = async (id: string): Promise<boolean> => {
    const record = records.get(id)
    if (!record || !runs(record)) return true
    const ending = await driverOf(deps, record.sandbox.class).ending(id, deps.folder.sandbox(id))
    if (!ending) return false
    const { startedAt } = record.sandbox
    await conclude(record, { ...ending, oomKills: Math.max(0, ending.oomKills - deps.killsCaused(id, startedAt)) })
    return true
  }

  return {
    waitForExit(id, signal) {
      const { exit, state } = records.get(id)?.sandbox ?? {}
      if (exit && (state === 'stopped' || state === 'created')) return Promise.resolve(exit)
      return waiters.wait(id, signal)
    },
    expectReader: readers.expect,
    onExitFile(id) {
      exitHints.give(id)
      if (!records.get(id)) return
      // Whoever holds the lock may settle it (a stop), or may only now be putting on record that it runs (a start).
      lock
        .run(id, () => settleIfEnded(id))
        .catch((error: unknown) => deps.log.error({ err: error, id }, 'could not settle an end'))
    },
    ...createPatience(exitHints, settleIfEnded),
    async settleLost(id) {
      const record = records.get(id)
      if (record && runs(record)) await conclude(record, { code: null, oomKills: 0, at: deps.now() })
    },
    resolveWaiters,
  }
}

const runs = (record: SandboxRecord): boolean => ['running', 'paused', 'stopping'].includes(record.sandbox.state)

async function concludeRun(
  deps: CleanupDeps,
  { readers, resolveWaiters }: { readonly readers: Readers } & Pick<Endings, 'resolveWaiters'>,
  record: SandboxRecord,
  ending: Ending,
): Promise<void> {
  const { id, spec } = record.sandbox
  // Stopped to change its class or to be restored: it goes on afterwards, so it stays, and who waits for its end waits on.
  if (record.change || record.restore) return void (await settleEnd(deps, record, ending))
  if (!spec.removeOnExit) return resolveWaiters(id, await settleEnd(deps, record, ending))
  const exit = describeExit(ending, spec.limits, record.stopAsked)
  const last = withSandbox(record, { state: 'removing', exit, pid: null })
  if (!readers.isExpected(id) && !record.stopAsked) {
    deps.records.put(last)
    await readers.next(id)
  }
  const removal = removeForGood(deps, last)
  resolveWaiters(id, exit)
  deps.background.run('a removal was not finished', removal)
}

/** Of which sandboxes somebody reads the output, or waits for the end. */
interface Readers {
  expect(id: string): void
  isExpected(id: string): boolean
  /** Resolves when there is one, or none comes. */
  next(id: string): Promise<void>
  forget(id: string): void
}

function createReaders(): Readers {
  const expected = new Set<string>()
  const readerHints = createHints()
  return {
    expect(id) {
      expected.add(id)
      readerHints.give(id)
    },
    isExpected: (id) => expected.has(id),
    next: (id) => readerHints.next(id, firstReaderMs),
    forget: (id) => void expected.delete(id),
  }
}
